import { literalOf } from '../model/compose-text';
import { FALSE, type Guard } from '../model/guard';
import { rule } from './rule';
import { placeAt } from './setting';

const LIMITS = [
  ['idleTimeout', 'idle timeout'],
  ['maxLifetime', 'maximum lifetime'],
] as const;

/** Compute stops by itself. */
export const MA_IMG2 = rule({
  id: 'MA-IMG2',
  family: 'image',
  severity: 'error',
  subject: 'Runtime',
  what: 'The Runtime sets its idle timeout and its maximum lifetime.',
  why: 'Idle compute keeps what an earlier turn left in memory, and costs; unset values follow the defaults of a service in preview.',
  fix: 'Set IdleRuntimeSessionTimeout and MaxLifetime in LifecycleConfiguration',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-lifecycle-settings.html',
  controls: { nist: ['AC-12', 'SC-10'], iso: ['A.8.5', 'A.8.6'], soc2: ['CC6.1'] },
  *check(context) {
    for (const { runtime, kind } of context.agents) {
      for (const [limit, name] of LIMITS) {
        const path = kind[limit];
        if (!path) continue;
        const texts = runtime.properties.at(...path).flatMap((node) => node.texts());
        texts.forEach(({ value }) => context.unread(runtime.id, runtime, value));
        // A value that can't be read is noted. A text that isn't a number counts as no value, because the service
        // refuses it.
        const stated = texts
          .filter(({ value }) => literalOf(value) === undefined || Number(literalOf(value)) > 0)
          .reduce<Guard>((any, { guard }) => any.or(guard), FALSE);
        const missing = runtime.guard.and(stated.not());
        const at = placeAt(runtime, ...path.slice(0, -1));
        yield { at, when: missing, says: `The Runtime doesn't set its ${name}` };
      }
    }
  },
});
