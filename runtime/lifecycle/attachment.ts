/** What Managed Agents has attached this container to: one environment, in one of its generations. */
export interface Attachment {
  readonly environmentId: string;
  /** Increases each time the service attaches again; a lower one is from an outdated message. */
  readonly generation: number;
  /** Absolute directory that commands start in. */
  readonly workspaceDirectory: string;
  /** Origin of the registry, without a path. */
  readonly endpoint: string;
  readonly region: string;
  /** SigV4 signing name. */
  readonly service: string;
}

/** The two members by which a message names an attachment. */
export interface AttachmentIds {
  readonly environmentId: string;
  readonly generation: number;
}

export function isSameAttachment(one: AttachmentIds, other: AttachmentIds): boolean {
  return one.environmentId === other.environmentId && one.generation === other.generation;
}

/**
 * A generation below the known one of the same environment is outdated. Generations of different environments can't be
 * compared.
 */
export function isStale(ids: AttachmentIds, current: AttachmentIds): boolean {
  return ids.environmentId === current.environmentId && ids.generation < current.generation;
}
