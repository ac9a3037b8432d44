import type { DeclarationRecord } from '../../contracts/declarations';

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
      return [`${record.action}${record.resources ? ` on ${record.resources.join(', ')}` : ''}`];
    case 'egress':
      return [`${String(record.peer)}:${record.port}`];
    case 'principal':
      return [Object.values(record.principal).flat().join(', ')];
    default:
      return [];
  }
}
