"""Keep py-evm: state, interpreter and execution. Nothing else imports it."""
