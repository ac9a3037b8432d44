import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { identities } from '../model/identities';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { admitted } from '../policy/admitted';
import { LISTENING, openPorts } from './open-ports';
import { literalsAt, resourcesAt as named, valuesAt } from './setting';

/**
 * How a public entry is open. `open`: whoever finds it may use it. `weak`: no authorization is known, but something else
 * may limit it (an API key, a security group, a policy). `unread`: what decides can't be read.
 */
export interface Opening {
  readonly how: 'open' | 'weak' | 'unread';
  readonly says: string;
  /** Where the setting is, or would be. */
  readonly path: readonly string[];
  /** For `unread`, the setting. */
  readonly nodes?: readonly Node[];
}

type Judge = (resource: Resource, model: TemplateModel) => Opening | undefined;

const API_AUTHORIZATION = ['AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS', 'JWT'];
const APPSYNC_AUTHENTICATION = ['AWS_IAM', 'AMAZON_COGNITO_USER_POOLS', 'OPENID_CONNECT', 'AWS_LAMBDA'];
/** What an action does with a request that nobody signed in for is in one of these. */
const AUTHENTICATING_CONFIGS = ['AuthenticateOidcConfig', 'AuthenticateCognitoConfig'];
const AUTHENTICATING_ACTION = /^(?:authenticate-oidc|authenticate-cognito|jwt-validation)$/;

/**
 * The types whose authorization is known. Any other public type is open to somebody whom its template doesn't limit.
 * Sources: the pages of entry-types.json
 */
const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['AWS::Lambda::Url', setting(['AuthType'], ['AWS_IAM'])],
  ['AWS::Lambda::WebFunctionEndpoint', setting(['AuthType'], ['AWS_IAM'])],
  ['AWS::VpcLattice::Service', setting(['AuthType'], ['AWS_IAM'])],
  ['AWS::BedrockAgentCore::Gateway', setting(['AuthorizerType'], ['AWS_IAM', 'CUSTOM_JWT'])],
  ['AWS::CodePipeline::Webhook', setting(['Authentication'], ['GITHUB_HMAC'])],
  ['AWS::SES::MailManagerIngressPoint', setting(['Type'], ['AUTH', 'MTLS'])],
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
  ...LISTENING.map((type): [string, Judge] => [type, openPorts]),
]);

/** How an entry of a public type is open; undefined if it has a known authorization. */
export function openingOf(resource: Resource, model: TemplateModel): Opening | undefined {
  const judge = JUDGES.get(resource.type);
  return judge
    ? judge(resource, model)
    : { how: 'weak', says: `${resource.type} has no authorization that is known`, path: [] };
}

/** Whether what is behind an entry decides who may use it: it hands on requests as they are. */
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

/** Signed URLs and cookies are for those who have been given one, in every behavior. */
function distribution({ properties, type }: Resource): Opening | undefined {
  const behaviors = ['DefaultCacheBehavior', 'CacheBehaviors'].flatMap((key) =>
    valuesAt(properties, 'DistributionConfig', key),
  );
  return behaviors.length > 0 && behaviors.every((each) => valuesAt(each, 'TrustedKeyGroups').length > 0)
    ? undefined
    : { how: 'weak', says: `${type} has no authorization that is known`, path: [] };
}

function setting(path: readonly string[], good: readonly string[], how: 'open' | 'weak' = 'open'): Judge {
  return ({ properties, type }) => judged(valuesAt(properties, ...path), good, path, type, how);
}

function judged(
  nodes: readonly Node[],
  good: readonly string[],
  path: readonly string[],
  type: string,
  how: 'open' | 'weak' = 'open',
): Opening | undefined {
  const texts = nodes.flatMap((node) => node.texts());
  const values = texts.map(({ value }) => literalOf(value));
  const bad = values.find((value) => value !== undefined && !good.includes(value));
  const name = path.at(-1)!;
  if (texts.length === 0 && !nodes.some(({ kind }) => kind === 'unreadable')) {
    return { how, path, says: `${type} has no ${name}` };
  }
  if (bad !== undefined) {
    return { how: bad === 'API_KEY' ? 'weak' : how, path, says: `${type} has the ${name} ${bad}` };
  }
  return values.includes(undefined) || texts.length === 0
    ? { how: 'unread', path, says: `the ${name} can't be read`, nodes }
    : undefined;
}

function authorizationOf(entry: Resource, model: TemplateModel): Opening | undefined {
  const path = ['AuthorizationType'];
  const found = judged(valuesAt(entry.properties, ...path), API_AUTHORIZATION, path, entry.type);
  return found ?? signedUp(named(entry, 'AuthorizerId', model), entry, model);
}

/** Users of a pool in which everybody can sign up are everybody. */
function signedUp(authorizers: readonly Resource[], { type }: Resource, model: TemplateModel): Opening | undefined {
  const pools = authorizers.flatMap((authorizer) => [
    ...named(authorizer, 'ProviderARNs', model),
    ...valuesAt(authorizer.properties, 'JwtConfiguration', 'Issuer')
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.mentioned(value)),
  ]);
  const isOpen = pools.some(
    (pool) =>
      pool.type === 'AWS::Cognito::UserPool' &&
      setting(['AdminCreateUserConfig', 'AllowAdminCreateUserOnly'], ['true'])(pool, model)?.how === 'open',
  );
  return isOpen
    ? { how: 'weak', path: ['AuthorizerId'], says: `${type} lets in users of a pool in which everybody can sign up` }
    : undefined;
}

function restMethod(method: Resource, model: TemplateModel): Opening | undefined {
  const found = authorizationOf(method, model);
  const [api] = named(method, 'RestApiId', model);
  return api ? eased(found, api, model) : found;
}

/** The policy of an API can limit who may call it; a private API is called from VPCs only. */
function eased(found: Opening | undefined, api: Resource, model: TemplateModel): Opening | undefined {
  const statements = identities(model)
    .policiesOf(api)
    .flatMap((policy) => policy.statements);
  const allows = statements.filter(({ effect }) => effect !== 'Deny');
  if (
    found &&
    allows.length > 0 &&
    allows.every((each) => each.effect === 'Allow' && admitted(model, each).length === 0)
  ) {
    return undefined;
  }
  const isLimited =
    statements.length > 0 ||
    valuesAt(api.properties, 'Policy').length > 0 ||
    literalsAt(api.properties, 'EndpointConfiguration', 'Types').includes('PRIVATE');
  return found?.how === 'open' && isLimited ? { ...found, how: 'weak' } : found;
}

function route(each: Resource, model: TemplateModel): Opening | undefined {
  const found = authorizationOf(each, model);
  // A WebSocket API authorizes the connection; its other routes have no authorizer.
  const apis = named(each, 'ApiId', model);
  const isWebSocket = apis.some(({ properties }) => literalsAt(properties, 'ProtocolType').includes('WEBSOCKET'));
  if (found && isWebSocket && !literalsAt(each.properties, 'RouteKey').includes('$connect')) {
    const connects = model
      .ofType(each.type)
      .filter(
        (other) =>
          literalsAt(other.properties, 'RouteKey').includes('$connect') && named(other, 'ApiId', model)[0] === apis[0],
      );
    return connects.length > 0 && connects.every((other) => route(other, model) === undefined) ? undefined : found;
  }
  return found;
}

/** An API that is created with a target has one open route, which is no resource. */
function quickApi(api: Resource, model: TemplateModel): Opening | undefined {
  return valuesAt(api.properties, 'Target').length > 0
    ? { how: 'open', path: ['Target'], says: 'An API that is created with a target lets everybody in' }
    : body(api, model);
}

/** The operations of an OpenAPI document with an integration: each needs a security scheme with an authorizer. */
function body(api: Resource, _model: TemplateModel): Opening | undefined {
  if (valuesAt(api.properties, 'BodyS3Location').length > 0) {
    return {
      how: 'weak',
      path: ['BodyS3Location'],
      says: 'The API is described by a file that is not part of the template',
    };
  }
  const documents = api.properties.at('Body').flatMap((node) => (node.kind === 'scalar' ? node.json() : [node]));
  for (const document of documents) {
    if (document.kind !== 'object') {
      return { how: 'unread', path: ['Body'], says: "the Body can't be read", nodes: [document] };
    }
    const schemes = authorizing(document);
    for (const [path, operations] of document.at('paths').flatMap((node) => node.entries())) {
      for (const [method, operation] of operations.entries()) {
        if (operation.at('x-amazon-apigateway-integration').length > 0 && !isSecured(operation, document, schemes)) {
          return { how: 'open', path: ['Body'], says: `The operation ${method} ${path} has no authorizer` };
        }
      }
    }
  }
  return undefined;
}

/** Names of the security schemes that authorize: with IAM, with an authorizer, or with the tokens of a provider. */
function authorizing(document: Node): ReadonlySet<string> {
  const schemes = [
    ...valuesAt(document, 'securityDefinitions'),
    ...valuesAt(document, 'components', 'securitySchemes'),
  ];
  return new Set(
    schemes
      .flatMap((node) => node.entries())
      .filter(([, scheme]) =>
        ['x-amazon-apigateway-authtype', 'x-amazon-apigateway-authorizer'].some((key) => scheme.at(key).length > 0),
      )
      .map(([name]) => name),
  );
}

function isSecured(operation: Node, document: Node, schemes: ReadonlySet<string>): boolean {
  if (literalsAt(operation, 'x-amazon-apigateway-auth', 'type').some((type) => API_AUTHORIZATION.includes(type))) {
    return true;
  }
  const own = operation.at('security');
  const alternatives = (own.length > 0 ? own : document.at('security')).flatMap((node) => node.items());
  return (
    alternatives.length > 0 &&
    alternatives.every((alternative) => alternative.entries().some(([name]) => schemes.has(name)))
  );
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
  const isMutual =
    listeners.length > 0 &&
    listeners.every((each) => literalsAt(each.properties, 'MutualAuthentication', 'Mode').includes('verify'));
  const balancers = listeners.flatMap((each) => named(each, 'LoadBalancerArn', model));
  const isInternal =
    balancers.length > 0 && balancers.every((each) => literalsAt(each.properties, 'Scheme').includes('internal'));
  return authenticates || isMutual || isInternal
    ? undefined
    : { how: 'weak', path: [actions], says: `${type} of a public load balancer authenticates nobody` };
}

/** A pull request of anybody runs its own commands in a build, unless the webhook limits whose events start one. */
function webhook({ properties }: Resource): Opening | undefined {
  if (!literalsAt(properties, 'Triggers', 'Webhook').includes('true')) {
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

/** Who may write to a cluster that runs outside of AWS, its operators decide. */
function outsideSource(path: readonly string[]): Judge {
  return ({ properties }) =>
    valuesAt(properties, ...path).length > 0
      ? { how: 'weak', path, says: 'Nobody here knows who may write to a cluster outside of AWS' }
      : undefined;
}

function unauthenticated({ properties, type }: Resource): Opening | undefined {
  const path = ['ClientAuthentication', 'Unauthenticated', 'Enabled'];
  return literalsAt(properties, ...path).includes('true')
    ? { how: 'weak', path, says: `${type} takes messages of clients that don't authenticate` }
    : undefined;
}

/** Users of a server have signed in, but its identity provider is asked before that. */
function transfer({ properties, type }: Resource): Opening | undefined {
  return valuesAt(properties, 'IdentityProviderDetails', 'Function').length > 0
    ? {
        how: 'weak',
        path: ['IdentityProviderDetails'],
        says: `${type} calls a function before its users have signed in`,
      }
    : undefined;
}
