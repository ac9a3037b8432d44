import { literalOf } from './compose-text';
import type { Identity } from './identities';
import type { Case, Text } from './text';

/** The values of a tag that the template gives a role. A deployment can give it others, for example those of the stack. */
export function tagsOf({ resource }: Pick<Identity, 'resource'>, tag: string): readonly Case<Text>[] {
  return (resource?.properties.at('Tags') ?? [])
    .flatMap((list) => list.items())
    .filter((each) =>
      each.at('Key').some((name) => name.texts().some(({ value }) => literalOf(value)?.toLowerCase() === tag)),
    )
    .flatMap((each) => each.at('Value'))
    .flatMap((node) => node.texts());
}

/** The tag that a condition key asks the caller for: `team` of `aws:principaltag/team`. */
export function tagOfKey(key: string): string | undefined {
  return /^aws:principaltag\/(.*)$/.exec(key)?.[1];
}
