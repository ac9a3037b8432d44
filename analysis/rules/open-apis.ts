import type { Resource } from '../model/assembly';
import { identities } from '../model/identities';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { literalsAt, valuesAt } from '../model/values-at';
import { admitted } from '../policy/admitted';
import { judged, type Opening } from './opening';
import { resourcesAt as named } from './setting';
import { signedUp } from './sign-up';

export const API_AUTHORIZATION = ['AWS_IAM', 'CUSTOM', 'COGNITO_USER_POOLS', 'JWT'];

function authorizationOf(entry: Resource, model: TemplateModel): Opening | undefined {
  const path = ['AuthorizationType'];
  return judged(valuesAt(entry.properties, ...path), API_AUTHORIZATION, path, entry.type) ?? signedUp(entry, model);
}

export function restMethod(method: Resource, model: TemplateModel): Opening | undefined {
  const found = authorizationOf(method, model);
  const [api] = named(method, 'RestApiId', model);
  return api ? eased(found, api, model) : found;
}

/**
 * Applies the limits of an API to an opening: its policy can limit callers, and a private API can only be called from
 * VPCs.
 */
export function eased(found: Opening | undefined, api: Resource, model: TemplateModel): Opening | undefined {
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

export function route(each: Resource, model: TemplateModel): Opening | undefined {
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

/** An API that is created with a target has one open route, which isn't a resource. */
export function quickApi(api: Resource, model: TemplateModel): Opening | undefined {
  return valuesAt(api.properties, 'Target').length > 0
    ? { how: 'open', path: ['Target'], says: 'An API that is created with a target accepts every caller' }
    : body(api, model);
}

/**
 * How an OpenAPI document leaves an API open: each operation with an integration needs a security scheme with an
 * authorizer.
 */
export function body(api: Resource, _model: TemplateModel): Opening | undefined {
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
