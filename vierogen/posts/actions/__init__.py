"""Every rule of the gateway: writing, reviewing, stopping, delivering, removing. Pages and jobs only call these."""
