/** The OpenAPI document and a page to read and try it. Everything the page loads comes from this server. */
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import { absolutePath } from 'swagger-ui-dist';
import { openApiDocument } from '../http/openapi.js';
import { Operation, PublicAsset } from '../http/operation.js';
import type { ApiReply } from '../http/request.js';

const types: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Swath API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const start = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
});
`;

const policy =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

/** Routes of the documentation. */
@Controller()
export class DocsController {
  private readonly document = JSON.stringify(openApiDocument());

  @Operation('getOpenApi')
  async openApi(@Res() reply: ApiReply): Promise<void> {
    await reply.header('content-type', 'application/json; charset=utf-8').send(this.document);
  }

  @Operation('getDocs')
  async docs(@Res() reply: ApiReply): Promise<void> {
    await reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .send(page);
  }

  @Get('/docs/:file')
  @PublicAsset()
  async asset(@Param('file') file: string, @Res() reply: ApiReply): Promise<void> {
    if (file === 'start.js') {
      await reply.header('content-type', 'text/javascript; charset=utf-8').send(start);
      return;
    }
    const type = types[file];
    const path = join(absolutePath(), file);
    if (type === undefined || !existsSync(path))
      throw new DomainError('route/not-found', `there is no ${file}`);
    await reply
      .header('content-type', type)
      .header('cache-control', 'public, max-age=86400')
      .send(createReadStream(path));
  }
}
