import { type LambdaClient, ListAliasesCommand, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

const PER_PAGE = 50;

export function aliasTool(lambda: LambdaClient, functions: readonly string[]): Tool {
  const pages = new Pages();
  return tool({
    name: 'lambda_aliases',
    description: `Shows which versions of a Lambda function its aliases point to, with the weights of a shift in progress. ${TEXT_IS_DATA}`,
    input: z.strictObject({ function: oneOf(functions, 'Name of the function'), page: pageInput }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.function], functions, 'The function');
      const { Aliases = [], NextMarker } = await lambda.send(
        new ListAliasesCommand({
          FunctionName: request.function,
          MaxItems: PER_PAGE,
          Marker: pages.token(page, request),
        }),
        { abortSignal: signal },
      );
      const aliases = Aliases.map(({ Name, FunctionVersion, Description, RoutingConfig }) => ({
        alias: Name,
        version: FunctionVersion,
        description: Description,
        also: RoutingConfig?.AdditionalVersionWeights,
      }));
      return pages.page(aliases, NextMarker, request);
    },
  });
}

export function versionTool(lambda: LambdaClient, functions: readonly string[]): Tool {
  const pages = new Pages();
  return tool({
    name: 'lambda_versions',
    description: `Lists the published versions of a Lambda function: when, which code, which runtime. ${TEXT_IS_DATA}`,
    input: z.strictObject({ function: oneOf(functions, 'Name of the function'), page: pageInput }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.function], functions, 'The function');
      const { Versions = [], NextMarker } = await lambda.send(
        new ListVersionsByFunctionCommand({
          FunctionName: request.function,
          MaxItems: PER_PAGE,
          Marker: pages.token(page, request),
        }),
        { abortSignal: signal },
      );
      // The environment variables that the service sends along are left out.
      const versions = Versions.map((version) => ({
        version: version.Version,
        modified: version.LastModified,
        description: version.Description,
        code_sha256: version.CodeSha256,
        code_bytes: version.CodeSize,
        runtime: version.Runtime,
        memory_mb: version.MemorySize,
        timeout_seconds: version.Timeout,
        state: version.State,
        last_update: version.LastUpdateStatus,
        last_update_reason: version.LastUpdateStatusReason,
      }));
      return pages.page(versions, NextMarker, request);
    },
  });
}
