/** Actors that speak HTTP. */
export { BasicAuth, type BasicAuthParams } from './basicAuth.ts';
export { BadGateway, HTTPClient, type HTTPClientParams } from './httpClient.ts';
export { HTTPMethodEventRouter } from './httpMethodEventRouter.ts';
export { HTTPServer } from './httpServer.ts';
export { HTTPStatusModifier, type HTTPStatusModifierParams } from './httpStatusModifier.ts';
export { JWTAuth, type JWTAuthParams } from './jwtAuth.ts';
export { RESTTranslator, type RESTTranslatorParams } from './restTranslator.ts';
export type { RouteConfig, RoutesConfig } from './routes.ts';
export type { HTTPServerParams } from './serverParams.ts';
export { SetCookie, type SetCookieParams } from './setCookie.ts';
export { BottleWSGI, type BottleWSGIParams, WSGI, type WSGIParams, WSGIServer } from './wsgi.ts';
