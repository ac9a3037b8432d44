import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { literalsAt, valuesAt } from '../model/values-at';
import { API_AUTHORIZATION, body, eased, quickApi, restMethod, route } from './open-apis';
import { accelerator, endpointService } from './open-balancers';
import { LISTENING, openPorts } from './open-ports';
import { type EntryJudge, judged, type Opening, setting } from './opening';
import { resourcesAt as named } from './setting';
import { signedUp } from './sign-up';

const APPSYNC_AUTHENTICATION = ['AWS_IAM', 'AMAZON_COGNITO_USER_POOLS', 'OPENID_CONNECT', 'AWS_LAMBDA'];
/** The properties that say what a listener does with requests without authentication. */
const AUTHENTICATING_CONFIGS = ['AuthenticateOidcConfig', 'AuthenticateCognitoConfig'];
const AUTHENTICATING_ACTION = /^(?:authenticate-oidc|authenticate-cognito|jwt-validation)$/;

const INGRESS = setting(['Type'], ['AUTH', 'MTLS']);

/** Actions of a listener that pass no request on. */
const ANSWERS = ['fixed-response', 'redirect'];

/**
 * The types with known settings for authorization. Any other public type counts as open.
 * Sources: the pages of entry-types.json
 */
const JUDGES: ReadonlyMap<string, EntryJudge> = new Map<string, EntryJudge>([
  ['AWS::Lambda::Url', setting(['AuthType'], ['AWS_IAM'])],
  ['AWS::Lambda::WebFunctionEndpoint', setting(['AuthType'], ['IamAuth'])],
  ['AWS::VpcLattice::Service', setting(['AuthType'], ['AWS_IAM'])],
  ['AWS::BedrockAgentCore::Gateway', setting(['AuthorizerType'], ['AWS_IAM', 'CUSTOM_JWT'])],
  // Without an authorizer, callers need a permission in IAM. The issuer of an authorizer is judged with every entry.
  ['AWS::BedrockAgentCore::Harness', () => undefined],
  ['AWS::CodePipeline::Webhook', setting(['Authentication'], ['GITHUB_HMAC'])],
  ['AWS::SES::MailManagerIngressPoint', INGRESS],
  ['AWS::SES::MailManagerRuleSet', rulesOfMail],
  // An environment of a worker takes messages from its queue and has no address.
  ['AWS::ElasticBeanstalk::Environment', setting(['Tier', 'Name'], ['Worker'])],
  [
    'AWS::AppRunner::Service',
    setting(['NetworkConfiguration', 'IngressConfiguration', 'IsPubliclyAccessible'], ['false']),
  ],
  ['AWS::Cognito::UserPool', setting(['AdminCreateUserConfig', 'AllowAdminCreateUserOnly'], ['true'], 'weak')],
  ['AWS::ApiGateway::Method', restMethod],
  ['AWS::ApiGateway::RestApi', (api, model) => eased(body(api, model), api, model)],
  ['AWS::ApiGatewayV2::Route', route],
  ['AWS::ApiGatewayV2::ApiGatewayManagedOverrides', setting(['Route', 'AuthorizationType'], API_AUTHORIZATION)],
  ['AWS::ApiGatewayV2::Api', quickApi],
  ['AWS::AppSync::GraphQLApi', graphql],
  ['AWS::AppSync::Api', eventApi],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', () => undefined],
  [
    'AWS::ElasticLoadBalancingV2::Listener',
    (listener, model) => listening(listener, [listener], 'DefaultActions', model),
  ],
  [
    'AWS::ElasticLoadBalancingV2::ListenerRule',
    (each, model) => listening(each, named(each, 'ListenerArn', model), 'Actions', model),
  ],
  ['AWS::Transfer::Server', transfer],
  ['AWS::CodeBuild::Project', webhook],
  ['AWS::Lambda::EventSourceMapping', outsideSource(['SelfManagedEventSource'])],
  ['AWS::Pipes::Pipe', outsideSource(['SourceParameters', 'SelfManagedKafkaParameters'])],
  ['AWS::MSK::Cluster', unauthenticated],
  ['AWS::CloudFront::Distribution', distribution],
  ['AWS::GlobalAccelerator::EndpointGroup', accelerator],
  ['AWS::EC2::VPCEndpointService', endpointService],
  ...LISTENING.map((type): [string, EntryJudge] => [type, openPorts]),
]);

/** Types whose authorizer is judged with their other settings. */
const AUTHORIZES = /^AWS::ApiGateway(?:::Method|V2::Route)$/;

/** How an entry of a public type is open; undefined if it has a known authorization. */
export function openingOf(resource: Resource, model: TemplateModel): Opening | undefined {
  const judge = JUDGES.get(resource.type);
  return judge
    ? (judge(resource, model) ?? (AUTHORIZES.test(resource.type) ? undefined : signedUp(resource, model)))
    : { how: 'weak', says: `${resource.type} has no known authorization`, path: [] };
}

/** Whether the origin behind an entry decides who may use it, because the entry passes requests on unchanged. */
export function leavesItToOrigin(entry: Resource, model: TemplateModel): boolean {
  return entry.type === 'AWS::CloudFront::Distribution' && !signsRequests(entry, model);
}

/**
 * Whether a distribution signs the requests of everybody, so that an origin with IAM authorization lets them in.
 * Source: docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
 */
function signsRequests({ properties }: Resource, model: TemplateModel): boolean {
  return valuesAt(properties, 'DistributionConfig', 'Origins', 'OriginAccessControlId')
    .flatMap((node) => node.texts())
    .some(({ value }) => {
      const controls = model.mentioned(value);
      const types = controls.flatMap((control) =>
        literalsAt(control.properties, 'OriginAccessControlConfig', 'OriginAccessControlOriginType'),
      );
      return literalOf(value) !== '' && (types.length === 0 || types.some((type) => type !== 's3'));
    });
}

/** A distribution is closed if every behavior requires signed URLs or cookies. */
function distribution({ properties, type }: Resource): Opening | undefined {
  const behaviors = ['DefaultCacheBehavior', 'CacheBehaviors'].flatMap((key) =>
    valuesAt(properties, 'DistributionConfig', key),
  );
  return behaviors.length > 0 && behaviors.every((each) => valuesAt(each, 'TrustedKeyGroups').length > 0)
    ? undefined
    : { how: 'weak', says: `${type} has no known authorization`, path: [] };
}

function graphql({ properties, type }: Resource): Opening | undefined {
  const first = judged(
    valuesAt(properties, 'AuthenticationType'),
    APPSYNC_AUTHENTICATION,
    ['AuthenticationType'],
    type,
  );
  const path = ['AdditionalAuthenticationProviders', 'AuthenticationType'];
  const more = valuesAt(properties, ...path);
  return first ?? (more.length > 0 ? judged(more, APPSYNC_AUTHENTICATION, path, type) : undefined);
}

function eventApi({ properties, type }: Resource): Opening | undefined {
  const path = ['EventConfig', 'AuthProviders', 'AuthType'];
  return judged(valuesAt(properties, ...path), APPSYNC_AUTHENTICATION, path, type);
}

/** A security group can limit who reaches a load balancer, so that an open listener is not proven to be public. */
function listening(
  { properties, type }: Resource,
  listeners: readonly Resource[],
  actions: string,
  model: TemplateModel,
): Opening | undefined {
  const letsPass = AUTHENTICATING_CONFIGS.some((config) =>
    literalsAt(properties, actions, config, 'OnUnauthenticatedRequest').includes('allow'),
  );
  const authenticates =
    !letsPass && literalsAt(properties, actions, 'Type').some((each) => AUTHENTICATING_ACTION.test(each));
  const types = valuesAt(properties, actions, 'Type');
  const answersItself = types.length > 0 && judged(types, ANSWERS, [actions], type) === undefined;
  const isMutual =
    listeners.length > 0 &&
    listeners.every((each) => literalsAt(each.properties, 'MutualAuthentication', 'Mode').includes('verify'));
  const balancers = listeners.flatMap((each) => named(each, 'LoadBalancerArn', model));
  const isInternal =
    balancers.length > 0 && balancers.every((each) => literalsAt(each.properties, 'Scheme').includes('internal'));
  return authenticates || answersItself || isMutual || isInternal
    ? undefined
    : { how: 'weak', path: [actions], says: `${type} of a public load balancer authenticates nobody` };
}

/** A pull request of anybody runs its own commands in a build, unless the webhook limits the users or events. */
function webhook({ properties }: Resource): Opening | undefined {
  if (!literalsAt(properties, 'Triggers', 'Webhook').includes('true')) {
    return undefined;
  }
  if (approvesPullRequests(properties)) {
    return undefined;
  }
  const groups = properties.at('Triggers', 'FilterGroups').flatMap((node) => node.items());
  const isLimited = (group: Node) => {
    const filters = group.items().filter((each) => !literalsAt(each, 'ExcludeMatchedPattern').includes('true'));
    const patterns = (type: string) =>
      filters.filter((each) => literalsAt(each, 'Type').includes(type)).flatMap((each) => literalsAt(each, 'Pattern'));
    const events = patterns('EVENT');
    return (
      patterns('ACTOR_ACCOUNT_ID').length > 0 ||
      (events.length > 0 && events.every((each) => !/PULL_REQUEST_(?!MERGED)|ISSUE|COMMENT/.test(each)))
    );
  };
  return groups.length > 0 && groups.every(isLimited)
    ? undefined
    : {
        how: 'weak',
        path: ['Triggers', 'FilterGroups'],
        says: 'A webhook starts a build for pull requests of anybody',
      };
}

/** The roles at a source provider that may write to the repository. Anybody can read a public one. */
const WRITERS = /^(?:GITHUB_(?:WRITE|MAINTAIN|ADMIN)|GITLAB_(?:DEVELOPER|MAINTAINER|OWNER)|BITBUCKET_(?:WRITE|ADMIN))$/;

/**
 * Whether somebody who may write to the repository approves each pull request of others before it is built.
 * Source: docs.aws.amazon.com/codebuild/latest/APIReference/API_PullRequestBuildPolicy.html
 */
function approvesPullRequests(properties: Node): boolean {
  const policy = ['Triggers', 'PullRequestBuildPolicy'];
  const required = literalsAt(properties, ...policy, 'RequiresCommentApproval');
  const approvers = valuesAt(properties, ...policy, 'ApproverRoles').flatMap((node) => node.texts());
  return (
    required.length > 0 &&
    required.every((each) => each === 'ALL_PULL_REQUESTS' || each === 'FORK_PULL_REQUESTS') &&
    approvers.length > 0 &&
    approvers.every(({ value }) => WRITERS.test(literalOf(value) ?? ''))
  );
}

/** A source outside of AWS, which its operators control. */
function outsideSource(path: readonly string[]): EntryJudge {
  return ({ properties }) =>
    valuesAt(properties, ...path).length > 0
      ? { how: 'weak', path, says: "It isn't known who may write to a cluster outside of AWS" }
      : undefined;
}

function unauthenticated({ properties, type }: Resource): Opening | undefined {
  const path = ['ClientAuthentication', 'Unauthenticated', 'Enabled'];
  return literalsAt(properties, ...path).includes('true')
    ? { how: 'weak', path, says: `${type} accepts messages from clients that don't authenticate` }
    : undefined;
}

/** Rules for e-mail get what the ingress points with these rules let in. */
function rulesOfMail(rules: Resource, model: TemplateModel): Opening | undefined {
  const points = model
    .ofType('AWS::SES::MailManagerIngressPoint')
    .filter((point) => named(point, 'RuleSetId', model).includes(rules));
  return points.length > 0 && points.every((point) => INGRESS(point, model) === undefined)
    ? undefined
    : { how: 'weak', says: `${rules.type} has no known authorization`, path: [] };
}

/** Users of a server sign in, but the function that checks them runs before that. */
function transfer({ properties, type }: Resource): Opening | undefined {
  return valuesAt(properties, 'IdentityProviderDetails', 'Function').length > 0
    ? {
        how: 'weak',
        path: ['IdentityProviderDetails'],
        says: `${type} calls a function before its users have signed in`,
      }
    : undefined;
}
