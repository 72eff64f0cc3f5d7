"""Ways of sending a message, by what a centre offers: SMPP 3.4, or HTTP."""
