/** Logs as an agent answers with them. */

export interface Sample {
  readonly ruleId?: string;
  readonly path?: string;
  readonly line?: number;
  readonly snippet?: string;
  readonly message?: string;
}

export const SQL: Sample = {
  ruleId: 'CWE-89',
  path: 'src/orders.ts',
  line: 12,
  snippet: 'db.query(`select * from orders where id = ${id}`)',
  message: 'A request parameter becomes part of a SQL statement',
};
export const PATH: Sample = {
  ruleId: 'CWE-22',
  path: 'src/files.ts',
  line: 40,
  snippet: 'readFileSync(join(root, request.query.name))',
  message: 'A request parameter chooses the file that is read',
};

export function result({
  ruleId = 'CWE-79',
  path = 'src/a.ts',
  line = 1,
  snippet,
  message = 'A finding',
}: Sample): any {
  return {
    ruleId,
    level: 'error',
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path },
          region: { startLine: line, ...(snippet === undefined ? {} : { snippet: { text: snippet } }) },
        },
      },
    ],
  };
}

export function sarif(...samples: Sample[]): any {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'security-audit',
            rules: [
              { id: 'CWE-89', shortDescription: { text: 'SQL injection' }, properties: { 'security-severity': '9.1' } },
            ],
          },
        },
        results: samples.map(result),
      },
    ],
  };
}
