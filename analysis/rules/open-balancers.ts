import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { mentionsOf } from '../model/mentions';
import { ownAccounts } from '../model/own-accounts';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import { literalsAt, valuesAt } from '../model/values-at';
import type { EntryJudge, Opening } from './opening';
import { resourcesAt as named } from './setting';

// Entries that let others connect to a load balancer which has no public address itself.

/**
 * An accelerator has public addresses and passes the connections on. A public load balancer is judged itself.
 * Source: docs.aws.amazon.com/global-accelerator/latest/dg/secure-vpc-connections.html
 */
export const accelerator: EntryJudge = ({ properties, type }, model) => {
  const path = ['EndpointConfigurations', 'EndpointId'];
  const endpoints = valuesAt(properties, ...path)
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => model.mentioned(value));
  return endpoints.length > 0 && endpoints.every(isPublicBalancer)
    ? undefined
    : { how: 'weak', path, says: `${type} lets everybody connect` };
};

const isPublicBalancer = ({ type, properties }: Resource): boolean =>
  type === 'AWS::ElasticLoadBalancingV2::LoadBalancer' && !literalsAt(properties, 'Scheme').includes('internal');

/**
 * Only the account of an endpoint service and the principals in its permissions can create endpoints for it.
 * Source: docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html#add-remove-permissions
 */
export const endpointService: EntryJudge = (service, model) => {
  const permissions = mentionsTo(model, service);
  const other = permissions
    .flatMap(({ properties }) => valuesAt(properties, 'AllowedPrincipals'))
    .flatMap((node) => node.texts())
    .find(({ value }) => literalOf(value) === '*' || ownAccounts(model).of(value) === 'foreign');
  const opening = (who: string): Opening => ({ how: 'weak', path: [], says: `${service.type} lets ${who} connect` });
  return other && opening(literalOf(other.value) === '*' ? 'every account' : printed(other.value));
};

const mentionsTo = (model: TemplateModel, service: Resource): Resource[] =>
  model
    .ofType('AWS::EC2::VPCEndpointServicePermissions')
    .filter(
      (each) =>
        named(each, 'ServiceId', model).includes(service) ||
        mentionsOf(model, each).some(({ resource }) => resource === service),
    );
