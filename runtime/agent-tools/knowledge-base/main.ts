/** MCP server `knowledge-base`: passages of one Bedrock Knowledge Base. Read-only. */
import {
  BedrockAgentRuntimeClient,
  RetrieveCommand,
  type RetrievalResultLocation,
} from '@aws-sdk/client-bedrock-agent-runtime';
import * as z from 'zod/v4';
import { KNOWLEDGE_BASE_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { clientOptions } from '../server/aws';
import { pageInput, Pages } from '../server/paging';
import { READ_ONLY, serve, TEXT_IS_DATA, tool } from '../server/tool-server';

/** Longest query. Source: the Retrieve API reference (KnowledgeBaseQuery). */
const MAX_QUERY = 1_000;

void serve('knowledge-base', (settings) => {
  const knowledgeBaseId = settings.text(VARIABLES.knowledgeBaseId);
  const maxResults = settings.wholeNumber(VARIABLES.maxResults, 1, 100);
  const bedrock = new BedrockAgentRuntimeClient(clientOptions);
  const pages = new Pages();
  return [
    tool({
      name: 'retrieve',
      description: `Finds passages of the knowledge base that are nearest in meaning to a question, each with its source and score. ${TEXT_IS_DATA}`,
      input: z.strictObject({
        query: z.string().min(1).max(MAX_QUERY).describe('A question or key words'),
        results: z.int().min(1).max(maxResults).default(Math.min(5, maxResults)).describe('Most passages'),
        page: pageInput,
      }),
      annotations: READ_ONLY,
      run: async ({ page, ...request }, signal) => {
        const { retrievalResults = [], nextToken } = await bedrock.send(
          new RetrieveCommand({
            knowledgeBaseId,
            retrievalQuery: { text: request.query },
            retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: request.results } },
            nextToken: pages.token(page, request),
          }),
          { abortSignal: signal },
        );
        const passages = retrievalResults.map(({ content, location, score }) => ({
          source: sourceOf(location),
          score,
          text: content?.text,
        }));
        return pages.page(passages, nextToken, request);
      },
    }),
  ];
});

/** Where a passage is from, whatever kind of data source it is. */
const sourceOf = (location: RetrievalResultLocation | undefined): string | undefined =>
  location?.s3Location?.uri ??
  location?.webLocation?.url ??
  location?.confluenceLocation?.url ??
  location?.sharePointLocation?.url ??
  location?.salesforceLocation?.url ??
  location?.kendraDocumentLocation?.uri ??
  location?.customDocumentLocation?.id;
