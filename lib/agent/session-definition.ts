import * as crypto from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { ArnFormat, FileAssetPackaging, Stack, Stage, Token, Tokenization } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AgentEnvironmentConfig } from '../environment';
import { InputError } from '../validation/input-error';
import type { SessionAgent, SessionDefinitionBinding, SessionDefinitionFile } from '../contracts/session';
import {
  PLACEHOLDER_START,
  placeholderOf,
  SESSION_BINDING_FORMAT,
  SESSION_DEFINITION_FORMAT,
  withTexts,
} from '../contracts/session-binding';

/** The parts of the session definition of an agent. */
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
  /** ARN of the published file. */
  public readonly fileArn: string;

  constructor(scope: Construct, id: string, props: SessionDefinitionProps) {
    super(scope, id);
    const values: string[] = [];
    const file: SessionDefinitionFile = {
      format: SESSION_DEFINITION_FORMAT,
      agent: this.withPlaceholders(props.agent, 'agent', values),
      environment: {
        type: props.environment.type,
        workspace_directory: this.withPlaceholders(props.workspaceDirectory, 'workspaceDirectory', values),
        capability_directories: this.withPlaceholders(props.capabilityDirectories, 'capabilityDirectories', values),
      },
    };
    const bytes = Buffer.from(JSON.stringify(file, undefined, 2), 'utf8');
    this.sha256 = crypto.createHash('sha256').update(bytes).digest('hex');
    const stack = Stack.of(this);
    const { bucketName, objectKey } = stack.synthesizer.addFileAsset({
      sourceHash: this.sha256,
      packaging: FileAssetPackaging.FILE,
      fileName: this.writeToAssembly(bytes),
      displayName: `Session definition of ${this.node.path}`,
    });
    this.fileArn = stack.formatArn({
      service: 's3',
      region: '',
      account: '',
      resource: `${bucketName}/${objectKey}`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });

    const binding: SessionDefinitionBinding = {
      format: SESSION_BINDING_FORMAT,
      sha256: this.sha256,
      bucket: bucketName,
      key: objectKey,
      region: stack.region,
      role_arn: props.sessionRoleArn,
      ...props.environment.fields,
      project_id: props.projectId,
      values,
    };
    this.parameter = new StringParameter(this, 'Parameter', {
      parameterName: props.parameterName,
      description: 'Session definition of a managed agent: where it is, its hash, and its deploy-time values',
      stringValue: stack.toJsonString(binding),
      // Free up to 4 KB. Many names that only the deployment knows make the value longer: then an advanced parameter (8 KB).
      tier: ParameterTier.INTELLIGENT_TIERING,
    });
  }

  /** Replaces every unresolved value by a placeholder and remembers it in `values`. */
  private withPlaceholders<T>(value: T, at: string, values: string[]): T {
    this.requireTexts(value, at);
    return withTexts(value, at, (text, path) => this.replaceInString(text, path, values)) as T;
  }

  /** A placeholder can't replace a list or a number that is known only at deployment. */
  private requireTexts(value: unknown, at: string): void {
    if (typeof value === 'string') {
      return;
    }
    if (Token.isUnresolved(value)) {
      throw new InputError(this, {
        input: at,
        allowed: 'texts with unresolved parts, or lists whose length is known at synth',
        fix: 'pass the elements one by one, for example with Fn.select',
      });
    }
    for (const [key, member] of typeof value === 'object' && value !== null ? Object.entries(value) : []) {
      this.requireTexts(member, Array.isArray(value) ? `${at}[${key}]` : `${at}.${key}`);
    }
  }

  private replaceInString(text: string, at: string, values: string[]): string {
    const fragments = Tokenization.reverseString(text);
    const join = { join: (left?: string, right?: string) => `${left ?? ''}${right ?? ''}` };
    const literalText = String(fragments.mapTokens({ mapToken: () => '' }).join(join) ?? '');
    if (literalText.includes(PLACEHOLDER_START)) {
      throw new InputError(this, {
        input: at,
        value: PLACEHOLDER_START,
        allowed: `a text without '${PLACEHOLDER_START}', which marks values filled in at deployment`,
        fix: 'write it with a space after the braces',
      });
    }
    return fragments
      .mapTokens({
        mapToken: (token) => {
          const known = values.findIndex((candidate) => candidate === token.toString());
          const index = known >= 0 ? known : values.push(token.toString()) - 1;
          return placeholderOf(index);
        },
      })
      .join(join) as string;
  }

  /**
   * Writes the file where the CDK keeps assets. An Asset construct would copy it from a temporary directory and hash it
   * again, which took 2 % of the synthesis of an agent.
   *
   * @returns its path, relative to the cloud assembly of the stack
   */
  private writeToAssembly(bytes: Buffer): string {
    const stage = Stage.of(this)!;
    const written = path.join(stage.assetOutdir, `asset.${this.sha256}.json`);
    fs.writeFileSync(written, bytes);
    return path.relative(stage.outdir, written);
  }
}
