/** The one door to the package `yaml`, which need not be installed. */

/**
 * What a YAML text says.
 * @throws what `import('yaml')` throws when it is not installed, and a YAMLParseError
 */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import('yaml');
  return parse(text) as unknown;
}
