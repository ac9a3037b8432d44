/** A bundled server as its own process, and the MCP SDK's client for it. */
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { RecordedAws } from '../../../local/stand-ins/recorded-aws';

const serverFile = (name: string): string => path.resolve(__dirname, `../../../assets/image/mcp/${name}/server.js`);

/** A secret of no published format, so that only the tool's own knowledge of it can remove it. */
export const OWN_SECRET = 'own/secret/of/the/tool/0123456789abcdefg';

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'TESTACCESSKEYID00001',
  AWS_SECRET_ACCESS_KEY: OWN_SECRET,
  AWS_SESSION_TOKEN: 'own-session-token-0123456789',
};

export interface Called {
  readonly refused: boolean;
  readonly text: string;
  readonly json: any;
}

export class ToolUnderTest {
  private constructor(public readonly client: Client) {}

  public static async start(
    name: string,
    aws: RecordedAws,
    environment: Record<string, string>,
    args: string[] = [],
  ): Promise<ToolUnderTest> {
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [serverFile(name), ...args],
        stderr: 'ignore',
        env: {
          AWS_REGION: 'us-east-1',
          AWS_ENDPOINT_URL: aws.url,
          AWS_CONFIG_FILE: '/dev/null',
          AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
          BMA_TOOL_DEADLINE_SECONDS: '20',
          ...environment,
        },
      }),
    );
    return new ToolUnderTest(client);
  }

  public async call(name: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<Called> {
    const { content, isError } = await this.client.callTool({ name, arguments: input }, undefined, { signal });
    const [{ text }] = content as [{ text: string }];
    return { refused: isError === true, text, json: isError ? undefined : JSON.parse(text) };
  }

  public async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map(({ name }) => name);
  }

  public close(): Promise<void> {
    return this.client.close();
  }
}
