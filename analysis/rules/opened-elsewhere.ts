import type { Resource } from '../model/assembly';
import type { TemplateModel } from '../model/template-model';
import { literalsAt } from '../model/values-at';
import type { Statement } from '../policy/statement';
import { openingOf } from './open-entries';
import { resourcesAt as named } from './setting';

/** Conditions of the permissions for the URL of a function. */
const OF_URLS: ReadonlySet<string> = new Set(['lambda:functionurlauthtype', 'lambda:invokedviafunctionurl']);

/** The entry whose setting also decides who may use another one: the route `$connect`, an ingress point. */
const DECIDING: ReadonlyMap<string, (entry: Resource, model: TemplateModel) => readonly Resource[]> = new Map([
  [
    'AWS::ApiGatewayV2::Route',
    (entry: Resource, model: TemplateModel) => {
      const apis = named(entry, 'ApiId', model);
      return model
        .ofType(entry.type)
        .filter(
          (other) =>
            other !== entry &&
            literalsAt(other.properties, 'RouteKey').includes('$connect') &&
            named(other, 'ApiId', model).some((api) => apis.includes(api)),
        );
    },
  ],
  [
    'AWS::SES::MailManagerRuleSet',
    (entry: Resource, model: TemplateModel) =>
      model
        .ofType('AWS::SES::MailManagerIngressPoint')
        .filter((point) => named(point, 'RuleSetId', model).includes(entry)),
  ],
]);

/**
 * Whether an entry is open only because another entry on the way is, which has its own finding.
 *
 * @param leads whether a resource leads to an agent: only those are judged
 */
export function isOpenedElsewhere(entry: Resource, model: TemplateModel, leads: (id: string) => boolean): boolean {
  const deciding = DECIDING.get(entry.type)?.(entry, model) ?? [];
  return deciding.some((other) => leads(other.id) && isOpen(other, model));
}

/** Whether a statement only lets requests to an open URL of the function pass. The URL has its own finding. */
export function isOfOpenUrl(
  { conditions }: Statement,
  target: Resource,
  model: TemplateModel,
  leads: (id: string) => boolean,
): boolean {
  return (
    conditions.some(({ key }) => OF_URLS.has(key)) &&
    model
      .ofType('AWS::Lambda::Url')
      .some((url) => named(url, 'TargetFunctionArn', model).includes(target) && leads(url.id) && isOpen(url, model))
  );
}

const isOpen = (entry: Resource, model: TemplateModel): boolean => {
  const how = openingOf(entry, model)?.how;
  return how !== undefined && how !== 'unread';
};
