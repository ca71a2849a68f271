"""How things come to rest: `bullet` simulates, `analytic` works it out."""
