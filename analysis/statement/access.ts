import type { Store } from './statement';

type Access = Store['access'][number];

const READ =
  /^(Get|List|Describe|BatchGet|Query|Scan|Receive|Select|Head|Read|View|Search|Lookup|GitPull|BatchCheck|Condition|PartiQLSelect|Download|Filter|StartQuery|StopQuery)/i;
const WRITE =
  /^(Put|Create|Update|Delete|Send|Write|Abort|Add|Remove|Set|Tag|Untag|Batch(Write|Delete|Import)|Publish|Restore|Replicate|Complete|Upload|Initiate|GitPush|Merge|Post|Start|Stop|Change|Import|Purge|Modify)/i;

/** The access of an action, derived from its name. */
export function accessOf(action: string): Access[] {
  if (action.startsWith('everything but ')) {
    return ['read', 'write'];
  }
  const [service, verb = '*'] = action.split(':');
  if (service === 'kms') {
    return ['use'];
  }
  if (verb.startsWith('*') || action === '*') {
    return ['read', 'write'];
  }
  return READ.test(verb) ? ['read'] : WRITE.test(verb) ? ['write'] : ['use'];
}
