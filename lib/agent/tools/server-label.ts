import { requirePattern } from '../../validation/input-error';

/**
 * Codex starts no MCP server whose name has other characters (`is_valid_mcp_server_name` of openai/codex), so the agent
 * would not have the tool. AWS doesn't document the form of the label.
 *
 * @param what what has the label, such as 'server'
 */
export function requireServerLabel(where: string, label: string, what: string): void {
  requirePattern(
    where,
    'serverLabel',
    label,
    /^[A-Za-z0-9_-]+$/,
    'a non-empty label of letters, digits, - and _',
    `name the ${what} as in team-docs`,
  );
}
