import {
  type ActionDeclaration,
  DECLARATIONS_KEY,
  type DeclarationRecord,
  type EgressDeclaration,
} from '../../contracts/declarations';
import type { TemplateSource } from '../template/template-source';
import type { TemplateIndex } from '../template-index';
import { listAt, numberAt, textAt } from './json';

/** A declaration with its references resolved, and where it is written. */
export interface Declared<R extends DeclarationRecord = DeclarationRecord> {
  readonly source: TemplateSource;
  readonly record: R;
}

/** Every declaration of the templates, expired ones included. Records that make no sense are left out. */
export function declarations(index: TemplateIndex): readonly Declared[] {
  return index.view(collect);
}

function collect(index: TemplateIndex): Declared[] {
  return index.sources.flatMap((source) => {
    const { Metadata, Resources } = source.template;
    const ofTemplate = listAt(Metadata, DECLARATIONS_KEY);
    const ofResources = Object.entries(Resources ?? {}).flatMap(([logicalId, { Metadata: own }]) =>
      listAt(own, DECLARATIONS_KEY).map((record) => ({ ...(record as object), within: [logicalId] })),
    );
    return [...ofTemplate, ...ofResources].flatMap((raw) => {
      const record = readable(index.resolve(source, raw));
      return record ? [{ source, record }] : [];
    });
  });
}

/** The record, if it says everything that its kind needs. Templates can be written by hand. */
function readable(raw: unknown): DeclarationRecord | undefined {
  const record = raw as DeclarationRecord;
  const { within } = (raw ?? {}) as { within?: unknown };
  const decided =
    (textAt(raw, 'reason') ?? '').trim() !== '' &&
    (within === undefined || Array.isArray(within)) &&
    isOptionalText((raw as { expires?: unknown }).expires) &&
    isOptionalText((raw as { subject?: unknown }).subject);
  if (!decided) {
    return undefined;
  }
  switch (textAt(raw, 'kind')) {
    case 'action': {
      const { resources } = record as Partial<ActionDeclaration>;
      const complete =
        textAt(raw, 'role') !== undefined &&
        /^[a-z0-9-]+:[a-z0-9]+$/i.test(textAt(raw, 'action') ?? '') &&
        (resources === undefined || Array.isArray(resources));
      return complete ? record : undefined;
    }
    case 'egress': {
      const port = numberAt(raw, 'port') ?? 443;
      const complete = textAt(raw, 'vpc') !== undefined && textAt(raw, 'peer') !== undefined;
      return complete ? { ...(record as EgressDeclaration), port } : undefined;
    }
    case 'principal':
      return Object.values((raw as { principal?: object }).principal ?? {}).some(Array.isArray) ? record : undefined;
    case 'unreadable':
    case 'exempt':
      return record;
    default:
      return undefined;
  }
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
