import { isCustomResource } from '../facts/custom-resources';
import { agents } from '../model/agents';
import type { Resource } from '../model/assembly';
import { governanceOf } from '../model/governance';
import { handedTo } from '../model/handed-to';
import { identities, type Identity } from '../model/identities';
import type { Model } from '../model/model';
import type { TemplateModel } from '../model/template-model';
import { isChange, writtenChanges } from '../model/written-calls';
import { overlap } from '../policy/pattern';
import { agentRoles, allowsOf } from './agent-roles';
import { isDenied, isOfLibrary, namedUses } from './permissions';
import { strengthOf } from './strength';
import type { Unread } from './unread';
import { addTo } from '../model/list-map';

/**
 * Services that run code: what it does isn't in a template, and operators use it to change trails. What schedules and state
 * machines call is written out, and policies are read. Any other service does what it is told as soon as it is deployed: an
 * association or a task of Systems Manager, a remediation of AWS Config, an experiment, the target of a rule.
 */
const RUNS_CODE =
  /^AWS::(?:Amplify|AppRunner|AutoScaling|Batch|BedrockAgentCore|CloudFormation|CodeBuild|EC2|ECS|EKS|EMR|EMRServerless|ElasticBeanstalk|Glue|IAM|Lambda|SageMaker|Scheduler|Serverless|StepFunctions|Synthetics)::/;

/** Resources that are given the trail of an agent, and a role that can change it. */
export function noteGivenRecords(model: TemplateModel, unread: Unread): void {
  const kept = model.view(trailsAndRecords);
  const workers = kept.size > 0 ? identities(model).all.filter((identity) => mayChange(model, identity, kept)) : [];
  if (workers.length === 0) {
    return;
  }
  const roles = new Set(workers.map(({ resource }) => resource));
  const underRoles = new Set(workers.flatMap(({ runs }) => runs.map(({ resource }) => resource)));
  const written = new Set(writtenChanges(model).map(({ maker }) => maker));
  for (const resource of model.resources) {
    if (
      kept.has(resource) ||
      written.has(resource) ||
      RUNS_CODE.test(resource.type) ||
      isCustomResource(resource.type)
    ) {
      continue;
    }
    const named = handedTo(model, resource);
    const record = named.find((each) => kept.has(each));
    if (record && (underRoles.has(resource) || named.some((each) => roles.has(each)))) {
      const hint = `the effect of ${resource.type} on ${record.logicalId}, which its role can change, isn't known`;
      const origin = { stack: resource.stack, resource, path: 'Type' };
      kept.get(record)!.forEach((subject) => unread.note(subject, undefined, { origin, reason: 'unknown type', hint }));
    }
  }
}

/** The trails of agents and the buckets of their records, with the agents. */
function trailsAndRecords(model: Model): ReadonlyMap<Resource, readonly string[]> {
  const found = new Map<Resource, string[]>();
  for (const agent of agents(model)) {
    for (const [id, reason] of governanceOf(model, agent)) {
      const resource = reason === 'trail' || reason === 'record' ? model.resource(id) : undefined;
      if (resource) {
        addTo(found, resource, agent.id);
      }
    }
  }
  return found;
}

/** Whether a role outside of the agents can change one of the records, or everything. */
function mayChange(model: TemplateModel, identity: Identity, kept: ReadonlyMap<Resource, unknown>): boolean {
  if (identity.kind !== 'role' || !identity.resource || agentRoles(model).some((role) => role.identity === identity)) {
    return false;
  }
  const arns = [...kept.keys()].flatMap((resource) => model.arn(resource));
  return (
    strengthOf(identity)?.certain === true ||
    allowsOf(identity).some((statement) =>
      namedUses(statement).some(
        ({ action, resources }) =>
          isChange(action) &&
          !isOfLibrary(action, statement) &&
          !isDenied(identity, action) &&
          (resources.except ||
            arns.some((arn) => resources.patterns.some(({ value }) => overlap(value, arn.value) !== 'no'))),
      ),
    )
  );
}
