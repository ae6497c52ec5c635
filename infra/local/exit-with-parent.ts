/**
 * Preloaded (`node --import`) into every child of the local system, so that no exit of the parent, SIGKILL included,
 * leaves one behind, and so that the deployables need not know that they have a parent.
 */
process.on('disconnect', () => process.exit(0))

// The listener alone would keep a process alive that has otherwise finished.
process.channel?.unref()
