import { assemblyOf, type StackData } from '../../../analysis/model/read-stacks';
import type { Node } from '../../../analysis/model/node';
import { printed } from '../../../analysis/model/printed-text';
import { TemplateModel } from '../../../analysis/model/template-model';

/** A model of one stack, or of several. */
export function modelOf(template: unknown, ...others: Partial<StackData>[]): TemplateModel {
  const stack = { id: 'App', stackName: 'App', account: '111122223333', region: 'us-east-1', template };
  return new TemplateModel(
    assemblyOf([stack, ...others.map((other) => ({ ...stack, id: other.id ?? 'Other', ...other }))]),
  );
}

/** A model of a template with one resource, whose property `Value` is the value. */
export function valueIn(value: unknown, template: object = {}, ...others: Partial<StackData>[]): TemplateModel {
  const { Resources = {}, ...rest } = template as { Resources?: object };
  return modelOf(
    { ...rest, Resources: { Holder: { Type: 'Test::Value::Holder', Properties: { Value: value } }, ...Resources } },
    ...others,
  );
}

export function holder(model: TemplateModel): Node[] {
  return model.resource('App#Holder')!.properties.at('Value');
}

/** The possible texts of the value, as printed, each with when it holds. */
export function texts(value: unknown, template: object = {}, ...others: Partial<StackData>[]): string[] {
  return printedCases(holder(valueIn(value, template, ...others)));
}

export function printedCases(nodes: readonly Node[]): string[] {
  return nodes
    .flatMap((node) => node.texts())
    .map(({ value, guard }) => {
      const when = guard.example();
      return when === undefined ? printed(value) : `${printed(value)} [${when}]`;
    });
}

/** Why the value can't be read. */
export function reasons(
  value: unknown,
  template: object = {},
  ...others: Partial<StackData>[]
): (string | undefined)[] {
  return holder(valueIn(value, template, ...others))
    .flatMap((node) => node.texts())
    .flatMap((each) => each.value)
    .map((part) => (typeof part === 'string' || part.kind === 'reference' ? undefined : part.unreadable?.reason));
}
