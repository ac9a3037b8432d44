import type { Resource } from '../model/assembly';
import { mentionsOf } from '../model/mentions';
import { ownAccounts } from '../model/own-accounts';
import type { TemplateModel } from '../model/template-model';
import { type Opening, setting } from './opening';
import { literalsAt, valuesAt } from '../model/values-at';
import { resourcesAt as named } from './setting';

/**
 * Issuers of tokens that everybody can get: with an account, a repository or a workspace that everybody can create. They
 * have one address for all organizations, where that of a private issuer is of one organization.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 */
const SHARED_ISSUER =
  /^https:\/\/(?:accounts\.google\.com|appleid\.apple\.com|www\.facebook\.com|login\.microsoftonline\.com\/(?:common|consumers|organizations)|token\.actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|agent\.buildkite\.com|oidc\.vercel\.com\/?$)(?:[/?]|$)/i;

/** Properties of an entry or its authorizer that name the issuer of tokens. */
const ISSUERS = [
  ['JwtConfiguration', 'Issuer'],
  ['OpenIDConnectConfig', 'Issuer'],
  ['AdditionalAuthenticationProviders', 'OpenIDConnectConfig', 'Issuer'],
  ['EventConfig', 'AuthProviders', 'OpenIDConnectConfig', 'Issuer'],
  ['AuthorizerConfiguration', 'CustomJWTAuthorizer', 'DiscoveryUrl'],
  ['DefaultActions', 'AuthenticateOidcConfig', 'Issuer'],
  ['Actions', 'AuthenticateOidcConfig', 'Issuer'],
  ['DefaultActions', 'JwtValidationConfig', 'Issuer'],
  ['Actions', 'JwtValidationConfig', 'Issuer'],
];

/** Properties of an entry or its authorizer that name the user pool or the function that decides. */
const AUTHORIZERS = [
  ['ProviderARNs'],
  ['AuthorizerUri'],
  ['LambdaAuthorizerConfig', 'AuthorizerUri'],
  ['AdditionalAuthenticationProviders', 'LambdaAuthorizerConfig', 'AuthorizerUri'],
  ['EventConfig', 'AuthProviders', 'LambdaAuthorizerConfig', 'AuthorizerUri'],
];
const AUTHORIZER = /arn:[\w-]+:(?:lambda|cognito-idp):[\w-]*:(\d{12}):[\w:/-]+/g;

/** How authentication leaves an entry open: everybody can sign up in some user pools, or get a token of some issuers. */
export function signedUp(entry: Resource, model: TemplateModel): Opening | undefined {
  const authorizers = named(entry, 'AuthorizerId', model);
  const path = authorizers.length > 0 ? ['AuthorizerId'] : [];
  if ([entry, ...authorizers].some((each) => mentionsOf(model, each).some(({ resource }) => isOpen(resource, model)))) {
    return { how: 'weak', path, says: `${entry.type} accepts users of a pool in which everybody can sign up or in` };
  }
  const other = [...authorizers, entry]
    .flatMap(({ properties }) => AUTHORIZERS.flatMap((keys) => valuesAt(properties, ...keys)))
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => value.flatMap((part) => (typeof part === 'string' ? [...part.matchAll(AUTHORIZER)] : [])))
    .find(([, account]) => ownAccounts(model).ofAccount([account]) === 'foreign');
  if (other) {
    return { how: 'weak', path, says: `${entry.type} lets another account decide who may call it (${other[0]})` };
  }
  const issuer = [...authorizers, entry]
    .flatMap(({ properties }) => ISSUERS.flatMap((keys) => literalsAt(properties, ...keys)))
    .find((each) => SHARED_ISSUER.test(each));
  return issuer === undefined
    ? undefined
    : { how: 'weak', path, says: `${entry.type} accepts tokens of ${issuer}, which everybody can get` };
}

/**
 * Whether everybody can be a signed-in user of an identity pool: with an account of Google, Facebook, Amazon, Apple or
 * Twitter, or in a user pool in which everybody can sign up.
 * Source: docs.aws.amazon.com/sdk-for-kotlin/api/latest/cognitoidentity/aws.sdk.kotlin.services.cognitoidentity/create-identity-pool.html
 */
export function signsInEverybody(pool: Resource, model: TemplateModel): boolean {
  return (
    pool.type === 'AWS::Cognito::IdentityPool' &&
    (valuesAt(pool.properties, 'SupportedLoginProviders').some((node) => node.entries().length > 0) ||
      mentionsOf(model, pool).some(({ resource }) => isOpen(resource, model)))
  );
}

/**
 * Whether everybody can be a user of a user pool: by signing up, which is the default of Amazon Cognito, or by signing in
 * with an account of a provider where everybody can get one. A function that runs before the sign-up can refuse those.
 * Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-social-idp.html
 */
function isOpen(pool: Resource, model: TemplateModel): boolean {
  const path = ['AdminCreateUserConfig', 'AllowAdminCreateUserOnly'];
  return (
    pool.type === 'AWS::Cognito::UserPool' &&
    (setting(path, ['true'])(pool, model)?.how === 'open' ||
      (valuesAt(pool.properties, 'LambdaConfig', 'PreSignUp').length === 0 &&
        model
          .ofType('AWS::Cognito::UserPoolIdentityProvider')
          .some((provider) => isShared(provider) && named(provider, 'UserPoolId', model).includes(pool))))
  );
}

const SOCIAL = ['Google', 'Facebook', 'LoginWithAmazon', 'SignInWithApple'];

const isShared = ({ properties }: Resource): boolean =>
  literalsAt(properties, 'ProviderType').some((type) => SOCIAL.includes(type)) ||
  literalsAt(properties, 'ProviderDetails', 'oidc_issuer').some((issuer) => SHARED_ISSUER.test(issuer));
