import { SECRET_READ_ACTIONS } from '../../identity/perms';
import { allowing } from '../model/agents';
import { listAt, textAt } from '../model/json';
import { reach, roleOfCompute } from '../model/reach';
import { type PolicyStatement, readPolicy } from '../policy/statement';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { Finding, SecurityRule } from './rule';

/** Resources that hold the policy of others, and the property that names those. */
const POLICY_HOLDERS: Readonly<Record<string, string>> = {
  'AWS::SQS::QueuePolicy': 'Queues',
  'AWS::SNS::TopicPolicy': 'Topics',
};

/** Nobody from the internet starts turns unverified. */
export const MA_TRG3: SecurityRule = {
  id: 'MA-TRG3',
  family: 'trigger',
  severity: 'fatal',
  what: 'A public entry (function URL, API, resource policy of a queue, topic or bus) that reaches an agent requires IAM or another authorizer, or its function reads the one secret that signatures are checked with.',
  why: 'Whoever finds an open URL writes prompts for an agent that acts with permissions of the account.',
  fix: 'Set AuthType AWS_IAM or an authorizer, or use GitHubWebhook, which verifies the signature of every delivery',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  controls: { nist: ['AC-3', 'AC-17', 'IA-3', 'SC-7'], iso: ['A.5.15', 'A.8.5', 'A.8.26'], soc2: ['CC6.1', 'CC6.6'] },
  check: (index) => [...functionUrls(index), ...permissions(index), ...apis(index), ...policies(index)],
};

function functionUrls(index: TemplateIndex): Finding[] {
  return index
    .ofType('AWS::Lambda::Url')
    .filter(
      (url) => url.properties.AuthType !== 'AWS_IAM' && isOpen(index, index.target(url.properties.TargetFunctionArn)),
    )
    .map((resource) => ({
      resource,
      location: 'Properties.AuthType',
      detail: 'a public function URL reaches an agent and its function holds no secret to verify signatures with',
    }));
}

function permissions(index: TemplateIndex): Finding[] {
  return index
    .ofType('AWS::Lambda::Permission')
    .filter(
      ({ properties }) =>
        properties.Principal === '*' &&
        properties.PrincipalOrgID === undefined &&
        properties.SourceAccount === undefined &&
        properties.SourceArn === undefined &&
        properties.FunctionUrlAuthType !== 'AWS_IAM' &&
        isOpen(index, index.target(properties.FunctionName)),
    )
    .map((resource) => ({
      resource,
      location: 'Properties.Principal',
      detail: 'everybody may invoke a function that reaches an agent',
    }));
}

function apis(index: TemplateIndex): Finding[] {
  const rest = index
    .ofType('AWS::ApiGateway::Method')
    .filter(
      (method) =>
        (method.properties.AuthorizationType ?? 'NONE') === 'NONE' &&
        method.properties.HttpMethod !== 'OPTIONS' &&
        reachesAgent(index, method.properties.Integration),
    );
  const http = index
    .ofType('AWS::ApiGatewayV2::Route')
    .filter(
      (route) =>
        (route.properties.AuthorizationType ?? 'NONE') === 'NONE' &&
        index
          .mentioned(textAt(route.properties, 'Target') ?? '')
          .some((integration) => reachesAgent(index, integration.properties)),
    );
  // An HTTP API that is created with a target has one open route, which is no resource.
  const quick = index.ofType('AWS::ApiGatewayV2::Api').filter((api) => reachesAgent(index, api.properties.Target));
  return [...rest, ...http, ...quick].map((resource) => ({
    resource,
    location: resource.type === 'AWS::ApiGatewayV2::Api' ? 'Properties.Target' : 'Properties.AuthorizationType',
    detail: 'an API that reaches an agent lets everybody in',
  }));
}

/** Resource policies with which everybody may feed something that reaches an agent. */
function policies(index: TemplateIndex): Finding[] {
  const fed = reach(index).reaching;
  const find = (resource: IndexedResource): Finding => ({
    resource,
    location: 'Properties',
    detail: 'a resource policy lets everybody send what reaches an agent',
  });
  const holders = index
    .ofType(...Object.keys(POLICY_HOLDERS))
    .filter(({ type, properties }) =>
      listAt(properties, POLICY_HOLDERS[type]).some((target) => fed.has(index.target(target)?.id ?? '')),
    );
  const open = holders.filter(({ properties }) => readPolicy(properties.PolicyDocument).some(isOpenToAll));
  const buses = index.ofType('AWS::Events::EventBusPolicy').filter(({ properties }) => {
    const bus = index
      .ofType('AWS::Events::EventBus')
      .find(
        ({ id, properties: { Name } }) =>
          index.target(properties.EventBusName)?.id === id || Name === properties.EventBusName,
      );
    return (
      bus !== undefined &&
      fed.has(bus.id) &&
      ((properties.Principal === '*' && properties.Condition === undefined) ||
        readPolicy({ Statement: properties.Statement }).some(isOpenToAll))
    );
  });
  return [...open, ...buses].map(find);
}

function isOpenToAll({ effect, principals, conditions }: PolicyStatement): boolean {
  return effect === 'Allow' && conditions.length === 0 && Object.values(principals).flat().includes('*');
}

/** True when an integration leads to something that reaches an agent and verifies nothing itself. */
function reachesAgent(index: TemplateIndex, integration: unknown): boolean {
  return index.mentioned(JSON.stringify(integration ?? {})).some((target) => isOpen(index, target));
}

function isOpen(index: TemplateIndex, target: IndexedResource | undefined): boolean {
  return target !== undefined && reach(index).reaching.has(target.id) && !verifiesSignatures(index, target);
}

/** A function that may read exactly one kind of secret and is told which: the shape of one that checks signatures. */
function verifiesSignatures(index: TemplateIndex, target: IndexedResource): boolean {
  const role = target.type === 'AWS::Lambda::Function' ? roleOfCompute(index, target) : undefined;
  const secrets = SECRET_READ_ACTIONS.flatMap((action) => (role ? allowing(role, action) : [])).flatMap(
    ({ resources }) => resources,
  );
  const variables = JSON.stringify(target.properties.Environment ?? {});
  return secrets.length > 0 && secrets.every((secret) => !secret.includes('*') && variables.includes(secret));
}
