"""Any CSV becomes accepted rows and explained rejects: sniff, map, read, validate, reconcile."""
