import { rotatesSecrets } from '../facts/rotation-applications';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { at, entriesOf } from './json';
import { Origin } from './origin';
import type { TemplateModel } from './template-model';
import type { Unreadable } from './text';

/** `AWS::LanguageExtensions` is deterministic: what it adds is computed here. */
const COMPUTED_TRANSFORM = 'AWS::LanguageExtensions';

/** Properties that contain or name a template. */
const TEMPLATE = /^Template(?:Body|URL|S3Uri|SSMDocumentDetails)$/;

/** Whether a resource deploys a template apart from its stack: a stack set, a change set, a conformance pack. */
export function deploysApart({ type, raw }: Resource): boolean {
  return (
    type.startsWith('AWS::') &&
    type !== 'AWS::CloudFormation::Stack' &&
    (type === 'AWS::CloudFormation::StackSet' || entriesOf(at(raw, 'Properties')).some(([key]) => TEMPLATE.test(key)))
  );
}

/** Whether a resource is an application of AWS that rotates secrets. */
export function isRotationApplication({ type, properties }: Resource): boolean {
  const ids =
    type === 'AWS::Serverless::Application'
      ? properties
          .at('Location')
          .flatMap((node) => node.at('ApplicationId'))
          .flatMap((node) => node.texts())
      : [];
  return ids.length > 0 && ids.every(({ value }) => rotatesSecrets(literalOf(value)));
}

/**
 * Parts of templates that only the deployment knows: macros over a whole template, modules, resources of AWS SAM, and
 * nested stacks whose template isn't in the assembly.
 */
export function unreadableParts(model: TemplateModel): Unreadable[] {
  return [
    ...model.readers.flatMap(({ stack }) => {
      const transform = at(stack.template, 'Transform');
      const names = (Array.isArray(transform) ? (transform as unknown[]) : [transform]).flatMap((each) =>
        typeof each === 'string' ? [each] : typeof at(each, 'Name') === 'string' ? [String(at(each, 'Name'))] : [],
      );
      const macros = names.filter((name) => name !== COMPUTED_TRANSFORM);
      // A macro in a section adds to that section. A macro next to the sections adds sections.
      const added = [stack.template, ...entriesOf(stack.template).map(([, section]) => section)].flatMap((section) => {
        const macro = at(section, 'Fn::Transform');
        return macro === undefined ? [] : [String(at(macro, 'Name'))];
      });
      return [...new Set([...macros, ...added])].map((name) =>
        model.unreadable(`${stack.id}@Transform ${name}`, {
          origin: new Origin(stack, 'Transform'),
          reason: 'transform',
          hint: `${name} may change every part of the template at deployment`,
        }),
      );
    }),
    ...model.resources.flatMap((resource) => {
      const { type, stack } = resource;
      const origin = new Origin(stack, 'Type', undefined, resource);
      const part = (reason: Unreadable['reason'], hint: string) => [
        model.unreadable(`${resource.id}@Type`, { origin, reason, hint }),
      ];
      const macro = at(resource.raw, 'Fn::Transform') ?? at(resource.raw, 'Properties', 'Fn::Transform');
      if (macro !== undefined) {
        return part('transform', `${String(at(macro, 'Name'))} may change the resource at deployment`);
      }
      if (type.endsWith('::MODULE')) {
        return part('module', `the module ${type} is written out at deployment`);
      }
      if (type.startsWith('AWS::Serverless::')) {
        return isRotationApplication(resource)
          ? []
          : part('transform', `${type} is written out by AWS SAM at deployment`);
      }
      if (deploysApart(resource)) {
        return part(
          'outside the assembly',
          `the templates of ${type === 'AWS::CloudFormation::StackSet' ? 'a stack set' : type} are deployed apart from what is analyzed`,
        );
      }
      if (type === 'AWS::CloudFormation::Stack' && !model.nestedStack(resource)) {
        return part('outside the assembly', 'the template of the nested stack is not part of what is analyzed');
      }
      return [];
    }),
  ];
}
