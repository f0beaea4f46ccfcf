/** A stylesheet for all specs that need one: to compile one takes a while, and each is compiled once in a process. */

const stylesheet = (templates: string) =>
  `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">${templates}</xsl:stylesheet>`;

/** Leaves `bar` out, greets in `hi` whom the parameter `who` names, refuses `bad`, and leaves all else as it is. */
export const changes = stylesheet(`
  <xsl:param name="who"/>
  <xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy></xsl:template>
  <xsl:template match="bar"/>
  <xsl:template match="hi"><hi><xsl:value-of select="$who"/></hi></xsl:template>
  <xsl:template match="bad"><xsl:message terminate="yes">not this one</xsl:message></xsl:template>`);
