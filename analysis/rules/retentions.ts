import type { Resource } from '../model/assembly';
import { textKey } from '../model/compose-text';
import type { TemplateModel } from '../model/template-model';
import { valuesAt } from '../model/values-at';
import { resourcesAt } from './setting';

/** The custom resources of aws-cdk-lib (`LogRetention`) that set the retention of a log group, which they name. */
export function retentionsOf(model: TemplateModel, group: Resource): readonly Resource[] {
  const customs = model.ofType('Custom::LogRetention');
  if (customs.length === 0) {
    return [];
  }
  const names = model.name(group).map(({ value }) => textKey(model.canonical(value)));
  return customs.filter(
    (custom) =>
      resourcesAt(custom, 'LogGroupName', model).includes(group) ||
      valuesAt(custom.properties, 'LogGroupName')
        .flatMap((node) => node.texts())
        .some(({ value }) => names.includes(textKey(model.canonical(value)))),
  );
}
