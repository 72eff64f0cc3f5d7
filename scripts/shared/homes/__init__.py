"""The folder of a role, and what the options of acts are where nobody types them."""
