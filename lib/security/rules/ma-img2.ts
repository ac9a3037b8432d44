import { runtimes } from '../model/agents';
import { numberAt } from '../model/json';
import type { SecurityRule } from './rule';

/** Compute ends by itself. */
export const MA_IMG2: SecurityRule = {
  id: 'MA-IMG2',
  family: 'image',
  severity: 'error',
  what: 'The Runtime states its idle timeout and its maximum lifetime.',
  why: 'Idle compute keeps what an earlier turn left in memory, and costs; what is not stated follows the defaults of a service in preview.',
  fix: 'Set IdleRuntimeSessionTimeout and MaxLifetime in LifecycleConfiguration',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-lifecycle-settings.html',
  controls: { nist: ['AC-12', 'SC-10'], iso: ['A.8.5', 'A.8.6'], soc2: ['CC6.1'] },
  check: (index) =>
    runtimes(index)
      .filter(
        ({ properties }) =>
          numberAt(properties, 'LifecycleConfiguration', 'IdleRuntimeSessionTimeout') === undefined ||
          numberAt(properties, 'LifecycleConfiguration', 'MaxLifetime') === undefined,
      )
      .map((resource) => ({
        resource,
        location: 'Properties.LifecycleConfiguration',
        detail: 'the Runtime states no idle timeout or no maximum lifetime',
      })),
};
