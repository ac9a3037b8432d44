import * as fs from 'node:fs';
import * as path from 'node:path';
import { Definition, SchemaFile } from 'aws-cdk-lib/aws-appsync';
import { Stack, type App } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** A schema in the directory of the assembly, because an API of aws-cdk-lib takes it only from a file. */
export function schemaIn(scope: Construct): Definition {
  const file = path.join((Stack.of(scope).node.root as App).outdir, 'schema.graphql');
  fs.writeFileSync(file, 'type Query { order: String }');
  return Definition.fromSchema(new SchemaFile({ filePath: file }));
}
