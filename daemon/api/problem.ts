import { suggest } from '../../lib/diagnostic.ts';
import { LabError, NotFoundError } from '../../lib/lab/fabric.ts';
import { object, optional, text, whole } from './schema.ts';

/** What went wrong, as RFC 9457 has it, with a hint at what would be right. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly hint?: string;
}

export const PROBLEM_TYPE = 'application/problem+json';

export const problemSchema = object<Problem>('Problem', 'What went wrong (RFC 9457).', {
  type: text('always about:blank: the status says what kind of problem it is'),
  title: text('the status in words'),
  status: whole('the HTTP status'),
  detail: text('what is wrong'),
  hint: optional(text('what would be right, such as the nearest name')),
});

export const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
};

export const problem = (status: number, detail: string, hint?: string): Problem => ({
  type: 'about:blank',
  title: titles[status] ?? 'Error',
  status,
  detail,
  ...(hint !== undefined && { hint }),
});

/** What a JSON Schema validator found, told with the schema and the value it is about. */
interface Violation {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
  readonly parentSchema?: {
    readonly properties?: object;
    readonly oneOf?: readonly { readonly properties?: Readonly<Record<string, { readonly const?: string }>> }[];
  };
}

interface HttpError {
  readonly message: string;
  readonly statusCode?: number;
  readonly validation?: readonly Violation[];
  readonly validationContext?: string;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof LabError) {
    const [, detail, hint] = /^(.*?)(?:; ((?:did you mean|one of) .*))?$/s.exec(error.message) ?? [];
    return problem(error instanceof NotFoundError ? 404 : 409, detail, hint);
  }
  const { message, statusCode, validation, validationContext = 'request' } = error as HttpError;
  if (validation?.[0]) return violationProblem(validation[0], validationContext);
  return problem(statusCode ?? 500, message);
}

/** Where it is, what is wrong, and the nearest word that would be right. */
function violationProblem(
  { keyword, instancePath, message, params, data, parentSchema }: Violation,
  part: string,
): Problem {
  const place = `${part === 'querystring' ? 'query' : part}${instancePath.replaceAll('/', '.')}`;
  if (keyword === 'enum') {
    const choices = (params.allowedValues as unknown[]).map(String);
    return problem(
      400,
      `${place} is '${String(data)}'`,
      suggest(String(data), choices) ?? `one of ${choices.join(', ')}`,
    );
  }
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty);
    return problem(400, `${place} has a field '${name}'`, suggest(name, Object.keys(parentSchema?.properties ?? {})));
  }
  if (keyword === 'discriminator' && params.error === 'mapping') {
    const tag = String(params.tag);
    const value = String(params.tagValue);
    const choices = parentSchema?.oneOf?.flatMap(({ properties }) => properties?.[tag]?.const ?? []) ?? [];
    return problem(400, `${place}.${tag} is '${value}'`, suggest(value, choices) ?? `one of ${choices.join(', ')}`);
  }
  return problem(400, `${place} ${message ?? 'is not valid'}`);
}
