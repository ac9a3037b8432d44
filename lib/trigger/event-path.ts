import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';

/** Members of an EventBridge event. Source: docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html, read 2026-11-23. */
const ENVELOPE = ['version', 'id', 'detail-type', 'source', 'account', 'time', 'region', 'resources', 'detail'];

/** Splits `detail.pullRequestId` into members. A number is an index of a list. */
export function eventPath(where: IConstruct | string, input: string, path: string): string[] {
  const members = path.split('.');
  requireInput(
    ENVELOPE.includes(members[0]) && members.every((member) => /^[A-Za-z0-9_-]{1,128}$/.test(member)),
    where,
    {
      input,
      value: path,
      allowed: `a path that begins with a member of an EventBridge event (${ENVELOPE.join(', ')}) and goes on with dots, for example detail.pullRequestId`,
      fix:
        members[0] === 'event'
          ? `leave out 'event.', which only placeholders of prompts and subjects have: ${members.slice(1).join('.')}`
          : "write the path as the event's JSON nests it; a number selects from a list, as in resources.0",
    },
  );
  return members;
}
