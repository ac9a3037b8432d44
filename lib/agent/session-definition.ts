import * as crypto from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Stack, Token, Tokenization } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AgentEnvironmentConfig } from '../environment';
import { InputError } from '../validation/input-error';
import type { SessionAgent, SessionDefinitionBinding, SessionDefinitionFile } from '../contracts/session';

const PLACEHOLDER = '{{binding:';

/** What a session of the agent is created from. */
export interface SessionDefinitionProps {
  readonly parameterName: string;
  readonly agent: SessionAgent;
  readonly workspaceDirectory: string;
  readonly capabilityDirectories: string[];
  readonly sessionRoleArn: string;
  readonly environment: AgentEnvironmentConfig;
  readonly projectId: string;
}

/**
 * Publishes the session definition of an agent in two parts, so that neither the size of an SSM parameter nor the
 * 256 KB of a workflow's input limit the instructions: a file asset with everything known at synth, and an SSM
 * parameter that points to it, carries its SHA-256 and the values known only at deployment.
 */
export class SessionDefinitionPublication extends Construct {
  /** Lower-case hexadecimal SHA-256 of the file. Changes when model, instructions, tools or directories change. */
  public readonly sha256: string;
  public readonly parameter: StringParameter;
  public readonly file: Asset;

  constructor(scope: Construct, id: string, props: SessionDefinitionProps) {
    super(scope, id);
    const values: string[] = [];
    const file: SessionDefinitionFile = {
      format: 'cdk-bedrock-managed-agents/session-definition/1',
      agent: this.withPlaceholders(props.agent, 'agent', values),
      environment: {
        type: props.environment.type,
        workspace_directory: this.withPlaceholders(props.workspaceDirectory, 'workspaceDirectory', values),
        capability_directories: this.withPlaceholders(props.capabilityDirectories, 'capabilityDirectories', values),
      },
    };
    const bytes = Buffer.from(JSON.stringify(file, undefined, 2), 'utf8');
    this.sha256 = crypto.createHash('sha256').update(bytes).digest('hex');
    this.file = this.stage(bytes);

    const binding: SessionDefinitionBinding = {
      format: 'cdk-bedrock-managed-agents/session-binding/1',
      sha256: this.sha256,
      bucket: this.file.s3BucketName,
      key: this.file.s3ObjectKey,
      region: Stack.of(this).region,
      role_arn: props.sessionRoleArn,
      ...props.environment.fields,
      project_id: props.projectId,
      values,
    };
    this.parameter = new StringParameter(this, 'Parameter', {
      parameterName: props.parameterName,
      description: 'Session definition of a managed agent: where it is, its hash, and its deploy-time values',
      stringValue: Stack.of(this).toJsonString(binding),
      // Free up to 4 KB. Many names that only the deployment knows make the value longer: then an advanced parameter (8 KB).
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
  }

  /** Replaces every unresolved value by a placeholder and remembers it in `values`. */
  private withPlaceholders<T>(value: T, at: string, values: string[]): T {
    return this.replaceTokens(value, at, values) as T;
  }

  private replaceTokens(value: unknown, at: string, values: string[]): unknown {
    if (typeof value === 'string') {
      return this.replaceInString(value, at, values);
    }
    if (Token.isUnresolved(value)) {
      throw new InputError(this, {
        input: at,
        allowed: 'texts with unresolved parts, or lists whose length is known at synth',
        fix: 'pass the elements one by one, for example with Fn.select',
      });
    }
    if (Array.isArray(value)) {
      return value.map((element, index) => this.replaceTokens(element, `${at}[${index}]`, values));
    }
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, member]) => [key, this.replaceTokens(member, `${at}.${key}`, values)]),
      );
    }
    return value;
  }

  private replaceInString(text: string, at: string, values: string[]): string {
    const fragments = Tokenization.reverseString(text);
    const join = { join: (left?: string, right?: string) => `${left ?? ''}${right ?? ''}` };
    const literalText = String(fragments.mapTokens({ mapToken: () => '' }).join(join) ?? '');
    if (literalText.includes(PLACEHOLDER)) {
      throw new InputError(this, {
        input: at,
        value: PLACEHOLDER,
        allowed: `a text without '${PLACEHOLDER}', which marks values filled in at deployment`,
        fix: 'write it with a space after the braces',
      });
    }
    return fragments
      .mapTokens({
        mapToken: (token) => {
          const known = values.findIndex((candidate) => candidate === token.toString());
          const index = known >= 0 ? known : values.push(token.toString()) - 1;
          return `${PLACEHOLDER}${index}}}`;
        },
      })
      .join(join) as string;
  }

  private stage(bytes: Buffer): Asset {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'session-definition-'));
    try {
      const source = path.join(directory, 'session-definition.json');
      fs.writeFileSync(source, bytes);
      return new Asset(this, 'File', { path: source });
    } finally {
      // The asset has been copied to the cloud assembly by its constructor.
      fs.rmSync(directory, { recursive: true, force: true });
    }
  }
}
