"""Answer what may take long in processes of their own, each on a view of the store."""
