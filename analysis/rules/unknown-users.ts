import { entryTypeOf } from '../facts/entry-types';
import { isKnownType } from '../facts/known-types';
import { madeForAgents } from '../model/leading';
import type { TemplateModel } from '../model/template-model';
import type { Unread } from './unread';

/** They hold a role for what works under it, or work for whoever deploys. */
const PASSES_ROLES = /^AWS::IAM::InstanceProfile$|^AWS::CloudFormation::|^Custom::/;

/**
 * Notes resources that work under a role that starts turns, and of which no table says who can use them: some are open to
 * the internet, like a fleet of game servers.
 */
export function noteUnknownUsers(model: TemplateModel, unread: Unread): void {
  for (const [id, { end, edges }] of madeForAgents(model)) {
    const resource = model.resource(id);
    if (
      resource &&
      edges[0].kind === 'runs as' &&
      entryTypeOf(resource.type) === undefined &&
      isKnownType(resource.type) &&
      !PASSES_ROLES.test(resource.type)
    ) {
      const hint = `it isn't known who can use ${resource.type}, which works under a role that starts turns`;
      const origin = { stack: resource.stack, resource, path: 'Type' };
      unread.note(end, undefined, { origin, reason: 'unknown type', hint });
    }
  }
}
