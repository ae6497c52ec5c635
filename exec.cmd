@rem On Windows, "exec node ..." in package.json runs node by this file. Elsewhere, exec is the shell's own: npm then
@rem tells node itself to end, and waits for it, and not a shell between the two.
@%*
