import * as z from 'zod/v4-mini';
import { REPORT } from './incident-report';

/** The JSON Schema of published reports, as a file. Conditions between members are only in the descriptions. */
export function reportSchemaText(): string {
  const schema = {
    title: 'Report on an incident',
    description: 'What the blueprint IncidentResponder publishes as reports/<incident>/<number>.json',
    ...z.toJSONSchema(REPORT, { target: 'draft-2020-12' }),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
