import type { StackData } from '../../../analysis/model/read-stacks';
import type { TemplateModel } from '../../../analysis/model/template-model';

/** One change of a compliant app, as in mutations.json, and the rule that must report it. */
export interface Mutation {
  readonly name: string;
  readonly rule: string;
  /** Type and part of the construct path of the resource that changes. */
  readonly type?: string;
  readonly path?: string;
  /** The stack that gets `add`, `output`, `parameter` and `condition`. Default: Agent. */
  readonly stack?: string;
  /** Values by property path; `null` deletes. `@construct/path.Attr` is a reference to that resource. */
  readonly set?: Record<string, any>;
  readonly delete?: string[];
  readonly append?: Record<string, any>;
  /** Removes the element of a list that mentions a text. */
  readonly deleteWhere?: Record<string, string>;
  /** Replaces text in the serialized properties; `@@` stands for a logical id. Every occurrence. */
  readonly replace?: [string, string];
  readonly remove?: true;
  /** Copies the resource under another logical id. */
  readonly duplicate?: string;
  readonly add?: Record<string, any>;
  readonly output?: Record<string, string>;
  readonly parameter?: string;
  readonly condition?: string;
  readonly region?: string;
  /** Members of the template's metadata. */
  readonly metadata?: Record<string, unknown>;
}

/** The stacks of an app with one mutation applied. Throws when it changes nothing: then it proves nothing. */
export function mutate(stacks: readonly StackData[], model: TemplateModel, mutation: Mutation): StackData[] {
  const target = mutation.path
    ? model.ofType(mutation.type ?? '').find(({ constructPath }) => constructPath?.includes(mutation.path!))
    : undefined;
  if (mutation.path && !target) {
    throw new Error(`${mutation.name}: no ${mutation.type} at ${mutation.path}`);
  }
  const stackId = target?.stack.id ?? mutation.stack ?? 'Agent';
  return stacks.map((source) => {
    if (mutation.region) {
      return inRegion(source, mutation.region);
    }
    if (source.id !== stackId) {
      return source;
    }
    const template: any = structuredClone(source.template);
    if (target) {
      change(template, target.logicalId, mutation, model);
    }
    Object.assign(template.Resources, references(mutation.add ?? {}, model));
    for (const [name, Value] of Object.entries(mutation.output ?? {})) {
      template.Outputs = { ...template.Outputs, [name]: { Value } };
    }
    if (mutation.metadata) {
      template.Metadata = { ...template.Metadata, ...mutation.metadata };
    }
    if (mutation.parameter) {
      template.Parameters = { ...template.Parameters, [mutation.parameter]: { Type: 'String' } };
    }
    if (mutation.condition) {
      template.Parameters = { ...template.Parameters, Stage: { Type: 'String' } };
      template.Conditions = {
        ...template.Conditions,
        [mutation.condition]: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      };
    }
    if (JSON.stringify(template) === JSON.stringify(source.template)) {
      throw new Error(`${mutation.name}: changes nothing`);
    }
    return { ...source, template };
  });
}

/** The same stack, written for another Region. */
function inRegion(source: StackData, region: string): StackData {
  const template = JSON.parse(JSON.stringify(source.template).replaceAll(source.region!, region));
  return { ...source, template, region };
}

function change(template: any, logicalId: string, mutation: Mutation, model: TemplateModel): void {
  const resources = template.Resources;
  if (mutation.remove) {
    delete resources[logicalId];
    return;
  }
  if (mutation.duplicate) {
    resources[mutation.duplicate] = structuredClone(resources[logicalId]);
  }
  if (mutation.replace) {
    const [from, to] = mutation.replace;
    const pattern = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('@@', '[A-Za-z0-9]+');
    resources[logicalId].Properties = JSON.parse(
      JSON.stringify(resources[logicalId].Properties).replace(new RegExp(pattern, 'g'), () => to),
    );
  }
  const properties = resources[logicalId].Properties;
  for (const [path, value] of Object.entries(references(mutation.set ?? {}, model))) {
    const [holder, key] = locate(properties, path);
    if (value === null) {
      delete holder[key];
    } else {
      holder[key] = value;
    }
  }
  for (const path of mutation.delete ?? []) {
    const [holder, key] = locate(properties, path);
    if (Array.isArray(holder)) {
      holder.splice(Number(key), 1);
    } else {
      delete holder[key];
    }
  }
  for (const [path, value] of Object.entries(references(mutation.append ?? {}, model))) {
    const [holder, key] = locate(properties, path);
    holder[key] = [holder[key] ?? [], value].flat();
  }
  for (const [path, text] of Object.entries(mutation.deleteWhere ?? {})) {
    const [holder, key] = locate(properties, path);
    holder[key] = holder[key].filter((element: unknown) => !JSON.stringify(element).includes(text));
  }
}

/** A dot always separates keys: no key in these templates contains one. */
function locate(root: any, path: string): [any, string] {
  const keys = path.split('.');
  const last = keys.pop()!;
  const holder = keys.reduce((inner, key) => (inner[key] ??= {}), root);
  return [holder, last];
}

/** Replaces `@construct/path` and `@construct/path.Attr` by references. */
function references<T>(value: T, model: TemplateModel): T {
  if (typeof value === 'string' && value.startsWith('@')) {
    const [, path, attribute] = /^@(.+?)(?:\.(\w+))?$/.exec(value)!;
    const resource = model.resources.find(({ constructPath }) => constructPath === path);
    if (!resource) {
      throw new Error(`no resource at ${path}`);
    }
    return (attribute ? { 'Fn::GetAtt': [resource.logicalId, attribute] } : { Ref: resource.logicalId }) as T;
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  return (
    Array.isArray(value)
      ? value.map((item) => references(item, model))
      : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, references(inner, model)]))
  ) as T;
}
