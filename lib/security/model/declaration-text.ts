import type { DeclarationRecord, TemplateText } from '../../contracts/declarations';

/** The kind of a declaration and what it is about. References are text already. */
export function declarationTitle(record: DeclarationRecord): string {
  const { kind, subject } = record;
  return [kind, ...about(record), ...(subject === undefined ? [] : [`(${subject})`])].join(' ');
}

/** The reason of a declaration, with its end. */
export function declarationReason({ reason, expires }: DeclarationRecord): string {
  return expires === undefined ? reason : `${reason} (until ${expires})`;
}

function about(record: DeclarationRecord): string[] {
  switch (record.kind) {
    case 'action':
      return [`${record.action}${record.resources ? ` on ${record.resources.map(shown).join(', ')}` : ''}`];
    case 'egress':
      return [`${shown(record.peer)}:${record.port}`];
    case 'principal':
      return [Object.values(record.principal).flat().map(shown).join(', ')];
    default:
      return [];
  }
}

function shown(text: TemplateText): string {
  return typeof text === 'string' ? text : JSON.stringify(text);
}
