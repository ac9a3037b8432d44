/**
 * Limits of a skill.
 *
 * Name and description: the Agent Skills specification, agentskills.io/specification, read 2026-11-23. The AWS user guide
 * documents the front matter (name, description) and no limits. The sizes are this library's own: a skill is text that
 * a model reads, and it is copied to an image of at most 2 GB.
 */
export const SKILL_LIMITS = {
  namePattern: /^[a-z0-9]+(-[a-z0-9]+)*$/,
  nameLength: 64,
  descriptionLength: 1024,
  /** SKILL.md, in bytes. */
  instructionBytes: 64 * 1024,
  /** All files together, in bytes. */
  totalBytes: 5 * 1024 * 1024,
  files: 200,
} as const;
