/** Calls of AWS Lambda that stop and resume the polling of a queue. */
import { AwsError, type Fields } from './aws-error';
import type { Operation } from './front';
import type { Queues } from './queues';

/**
 * A change takes effect after this time; until then, the mapping works as before. AWS documents neither the time, nor
 * whether a Disabled mapping has delivered the messages that it had received; the local cloud delivers them.
 */
const CHANGE_MS = 40;

/** @throws AwsError ResourceNotFoundException; ResourceInUseException while a change is in progress */
export function eventSourceMappingCalls(queues: Queues): [string, Operation][] {
  const changing = new Map<string, boolean>();
  const describe = ({ UUID }: Fields) => {
    const id = String(UUID);
    const isEnabled = queues.polls(id);
    if (isEnabled === undefined) throw new AwsError('ResourceNotFoundException', `No mapping ${id}`, 404);
    const next = changing.get(id);
    const State = next === undefined ? (isEnabled ? 'Enabled' : 'Disabled') : next ? 'Enabling' : 'Disabling';
    return { UUID: id, State };
  };
  return [
    ['lambda:GetEventSourceMapping', describe],
    [
      'lambda:UpdateEventSourceMapping',
      (input) => {
        const { UUID } = describe(input);
        if (changing.has(UUID)) throw new AwsError('ResourceInUseException', `${UUID} is being changed`);
        const { Enabled } = input;
        if (typeof Enabled === 'boolean') {
          changing.set(UUID, Enabled);
          setTimeout(() => {
            void queues.poll(UUID, Enabled).finally(() => changing.delete(UUID));
          }, CHANGE_MS).unref();
        }
        return describe(input);
      },
    ],
  ];
}
