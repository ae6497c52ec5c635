export interface paths {
    "/v1/merchants/{merchantId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Registers a merchant, or changes it
         * @description Doing the same again changes nothing, and what is left out of a merchant that exists stays as it is. A change of the calendar counts from a day to come.
         */
        put: operations["registerMerchant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes a merchant that is registered
         * @description A JSON merge patch (RFC 7396), sent with `Content-Type: application/merge-patch+json`: what is left out stays as it is, and `null` gives a field its default. A change of the calendar counts from a day to come.
         */
        patch: operations["changeMerchant"];
        trace?: never;
    };
    "/v1/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends one entry */
        post: operations["sendEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/entries/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends up to 500 entries
         * @description Each is judged by itself, so a wrong one does not take its neighbours with it; the results say what became of each.
         */
        post: operations["sendBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/entries/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends as many entries as there are, one per line
         * @description Answers while it reads, in the order of the lines, each line of the answer a `StreamAnswer`. Read the answers while you send: nothing is read from you while they wait. Lines refused with a 503 were not written in time: send them again. If the last answer says `"done": false`, or there is none, send again from the first line without an answer; sending more than that again does no harm. A connection on which nothing moves for a minute is closed.
         */
        post: operations["streamEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine/{quarantineId}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts something set aside on the stream again
         * @description As it was, or with corrected fields; the original is kept beside. The same again answers the same; anything else is refused once it was begun. A corrected entry is judged, and given its business day, as a new one.
         */
        post: operations["replayQuarantined"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine/{quarantineId}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leaves something set aside out for good
         * @description It stays to be looked at. The same again answers the same.
         */
        post: operations["discardQuarantined"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process lives */
        get: operations["isAlive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether requests can be served */
        get: operations["isReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Measurements, for Prometheus
         * @description About all merchants together, so the token needs a grant of all. A setting opens it to everyone.
         */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["readDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page on which every request can be tried */
        get: operations["readDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs/problems": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page that explains the codes of problems */
        get: operations["readProblems"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "entryId": "sale-0001",
         *       "merchantId": "corner-shop",
         *       "direction": "credit",
         *       "amount": 1250,
         *       "currency": "BRL",
         *       "occurredAt": "2026-11-20T09:30:00-03:00",
         *       "method": "pix",
         *       "terminalId": "till-1",
         *       "terminalSeq": 17,
         *       "reference": "receipt 4711"
         *     }
         */
        Entry: {
            /** @description The client's promise of uniqueness within the merchant and its business day. A retry repeats it. */
            entryId: string;
            /** @description Whose book it belongs to. */
            merchantId: string;
            /**
             * @description `credit`: money comes in. `debit`: money goes out.
             * @enum {string}
             */
            direction: "credit" | "debit";
            /**
             * Format: int64
             * @description Whole minor units of the currency: 1250 is 12.50 in BRL.
             */
            amount: number;
            /** @description ISO 4217. Has to be the merchant's. */
            currency: string;
            /**
             * @description How it was paid. Without one it counts as `other`.
             * @enum {string}
             */
            method?: "cash" | "debit-card" | "credit-card" | "pix" | "voucher" | "transfer" | "other";
            category?: string;
            description?: string;
            /** @description Your own reference, such as the number of a receipt. */
            reference?: string;
            /** @description The till that it comes from. */
            terminalId?: string;
            /**
             * Format: int64
             * @description The till's own running number.
             */
            terminalSeq?: number;
            /** @description The `entryId` of the entry that this one takes back. */
            reverses?: string;
            /** @description Whatever else you want to find again. */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339 with an offset and at most nine decimals of a second, of which three are kept: the others are cut, never rounded. At most 5 minutes ahead of our clock and 400 days behind it. Decides the business day, so a retry repeats it.
             */
            occurredAt: string;
        };
        /**
         * @description The entry is on the stream and will be counted, once, whatever happens next.
         * @example {
         *       "entryId": "sale-0001",
         *       "merchantId": "corner-shop",
         *       "businessDay": "2026-11-20",
         *       "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0"
         *     }
         */
        Accepted: {
            /** @description As it was sent. */
            entryId: string;
            /** @description As it was sent. */
            merchantId: string;
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream, opaque. Give it as `after=` to a query that has to know of the entry. */
            position: string;
        };
        /**
         * @example {
         *       "entries": [
         *         {
         *           "entryId": "sale-0001",
         *           "merchantId": "corner-shop",
         *           "direction": "credit",
         *           "amount": 1250,
         *           "currency": "BRL",
         *           "occurredAt": "2026-11-20T09:30:00-03:00",
         *           "method": "pix",
         *           "terminalId": "till-1",
         *           "terminalSeq": 17,
         *           "reference": "receipt 4711"
         *         }
         *       ]
         *     }
         */
        Batch: {
            entries: components["schemas"]["Entry"][];
        };
        /**
         * @example {
         *       "accepted": 1,
         *       "rejected": 0,
         *       "results": [
         *         {
         *           "index": 0,
         *           "entryId": "sale-0001",
         *           "status": "accepted",
         *           "businessDay": "2026-11-20",
         *           "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0"
         *         }
         *       ]
         *     }
         */
        BatchAnswer: {
            /**
             * Format: int64
             * @description How many were accepted.
             */
            accepted: number;
            /**
             * Format: int64
             * @description How many were refused.
             */
            rejected: number;
            /** @description One for each entry sent, in order. */
            results: components["schemas"]["BatchResult"][];
        };
        /**
         * @example {
         *       "index": 0,
         *       "entryId": "sale-0001",
         *       "status": "accepted",
         *       "businessDay": "2026-11-20",
         *       "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0"
         *     }
         */
        BatchResult: {
            /** @description Which of the entries sent, from 0. */
            index: number;
            /** @description As it was sent. */
            entryId: string;
            /** @constant */
            status: "accepted";
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream, opaque. Give it as `after=` to a query that has to know of the entry. */
            position: string;
        } | {
            /** @description Which of the entries sent, from 0. */
            index: number;
            /** @description As it was sent, if that was text. */
            entryId?: string;
            /** @constant */
            status: "rejected";
            problem: components["schemas"]["Problem"];
        };
        /** @description A problem. When the entries were looked at and none was accepted, with the result of each. */
        BatchProblem: {
            /**
             * Format: uri-reference
             * @description Where the code is explained.
             */
            type: string;
            /** @description For people; may change. */
            title: string;
            /** @description The HTTP status that it has, or would have. */
            status: number;
            /**
             * @description What is wrong, for programs.
             * @enum {string}
             */
            code: "not-json" | "malformed-request" | "unauthenticated" | "forbidden" | "not-found" | "method-not-allowed" | "too-slow" | "not-applied-yet" | "not-exact-in-json" | "currency-fixed" | "already-decided" | "changed-meanwhile" | "precondition-failed" | "too-large" | "unsupported-encoding" | "unsupported-type" | "invalid" | "nothing-accepted" | "headers-too-large" | "rate-limited" | "unexpected-error" | "stream-unavailable" | "access-unavailable" | "too-busy" | "register-unavailable" | "calendar-ended" | "store-unavailable";
            /** @description For people; may change. */
            detail: string;
            /** @description Under which our log knows the request. */
            requestId?: string;
            /** @description Every field that is wrong, at most 50. */
            errors?: components["schemas"]["FieldProblem"][];
            /** @description The business days that it is about, at most 10. */
            days?: string[];
            /**
             * Format: int64
             * @description How many were accepted.
             */
            accepted?: number;
            /**
             * Format: int64
             * @description How many were refused.
             */
            rejected?: number;
            /** @description One for each entry sent, in order. */
            results?: components["schemas"]["BatchResult"][];
        };
        /**
         * @description One line of the answer of `POST /v1/entries/stream`.
         * @example {
         *       "from": 1,
         *       "to": 251,
         *       "accepted": 251,
         *       "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0",
         *       "businessDays": [
         *         "2026-11-20"
         *       ]
         *     }
         */
        StreamAnswer: {
            /** @description The first line of the range, counted from 1. */
            from: number;
            /** @description The last line of the range. */
            to: number;
            /**
             * Format: int64
             * @description How many lines of the range held an entry; the others are blank.
             */
            accepted: number;
            /** @description Where the entries of the range stand on the stream, opaque: on every shard that took some of them, the furthest place. Give it as `after=` to a query that has to know of all of them. */
            position: string;
            /** @description Each day once, in order; never more than there are entries, which are at most 500. */
            businessDays: string[];
        } | {
            /** @description Counted from 1. */
            line: number;
            /** @constant */
            status: "rejected";
            problem: components["schemas"]["Problem"];
        } | {
            /** @description False when we stopped before the end: send again what has no answer. */
            done: boolean;
            /**
             * Format: int64
             * @description How many were accepted.
             */
            accepted: number;
            /**
             * Format: int64
             * @description How many were refused.
             */
            rejected: number;
            /** @description Why we stopped before the end. */
            problem?: components["schemas"]["Problem"];
        };
        /**
         * @description What is left out stays as it is.
         * @example {
         *       "name": "Corner Shop",
         *       "currency": "BRL",
         *       "timeZone": "America/Sao_Paulo",
         *       "dayStartsAt": "04:00"
         *     }
         */
        MerchantRegistration: {
            /** @description For people. */
            name: string;
            /** @description ISO 4217. The currency of all its books; it never changes. */
            currency: string;
            /** @description A zone or link of the IANA database, such as `America/Sao_Paulo`. With `dayStartsAt` it says to which business day a moment belongs. */
            timeZone: string;
            /** @description The time of day at which its business day starts; `00:00` for a new merchant. */
            dayStartsAt?: string;
            /**
             * @description What becomes of an entry whose day is closed already: into the next open day, into a new version of its day, or set aside for a person; `nextOpenDay` for a new merchant.
             * @enum {string}
             */
            lateEntries?: "nextOpenDay" | "restate" | "quarantine";
            /**
             * Format: date
             * @description The business day from which a change of `timeZone` or `dayStartsAt` counts; has to start more than six minutes from now. By default it is the day of a change that is still to come and is replaced by this one, or else the first day that is far enough ahead.
             */
            calendarFrom?: string;
        };
        /**
         * @description What is left out stays as it is. `null` gives `dayStartsAt` and `lateEntries` the value of a new merchant; for `calendarFrom` it asks for the first day that is far enough ahead.
         * @example {
         *       "lateEntries": "restate",
         *       "dayStartsAt": null
         *     }
         */
        MerchantPatch: {
            /** @description For people. */
            name?: string;
            /** @description ISO 4217. The currency of all its books; it never changes. */
            currency?: string;
            /** @description A zone or link of the IANA database, such as `America/Sao_Paulo`. With `dayStartsAt` it says to which business day a moment belongs. */
            timeZone?: string;
            dayStartsAt?: string | null;
            lateEntries?: ("nextOpenDay" | "restate" | "quarantine") | null;
            calendarFrom?: string | null;
        };
        /**
         * @example {
         *       "entry": {
         *         "entryId": "sale-0001-b"
         *       }
         *     }
         */
        Replay: {
            /** @description The fields to replace, by the rules of a new entry; null takes an optional one away. What could not be read as an entry needs all of a new one. */
            entry?: {
                /** @description The client's promise of uniqueness within the merchant and its business day. A retry repeats it. */
                entryId?: string;
                /** @description Whose book it belongs to. */
                merchantId?: string;
                /**
                 * @description `credit`: money comes in. `debit`: money goes out.
                 * @enum {string}
                 */
                direction?: "credit" | "debit";
                /**
                 * Format: int64
                 * @description Whole minor units of the currency: 1250 is 12.50 in BRL.
                 */
                amount?: number;
                /** @description ISO 4217. Has to be the merchant's. */
                currency?: string;
                method?: ("cash" | "debit-card" | "credit-card" | "pix" | "voucher" | "transfer" | "other") | null;
                category?: string | null;
                description?: string | null;
                reference?: string | null;
                terminalId?: string | null;
                terminalSeq?: number | null;
                reverses?: string | null;
                metadata?: {
                    [key: string]: string;
                } | null;
                /**
                 * Format: date-time
                 * @description RFC 3339 with an offset and at most nine decimals of a second, of which three are kept: the others are cut, never rounded. At most 5 minutes ahead of our clock and 400 days behind it. Decides the business day, so a retry repeats it.
                 */
                occurredAt?: string;
            };
        };
        /** @description The entry is on the stream. Should it be set aside once more, the item waits again. */
        Replayed: {
            /** @description Opaque. */
            quarantineId: string;
            /** @constant */
            status: "replayed";
            /** @description Who decided it. */
            by: string;
            /**
             * Format: date-time
             * @description When it was decided.
             */
            at: string;
            /** @description Of the entry that was put on the stream. */
            entryId: string;
            /** @description Of the entry that was put on the stream. */
            merchantId: string;
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream, opaque. Give it as `after=` to a query that has to know of the entry. */
            position: string;
        };
        /**
         * @example {
         *       "reason": "Sent by a till in test mode."
         *     }
         */
        Discard: {
            /** @description Why, for whoever asks in a year. */
            reason: string;
        };
        /** @description The item is left out for good. */
        Discarded: {
            /** @description Opaque. */
            quarantineId: string;
            /** @constant */
            status: "discarded";
            /** @description Who decided it. */
            by: string;
            /**
             * Format: date-time
             * @description When it was decided.
             */
            at: string;
            /** @description As it was given. */
            reason: string;
        };
        /**
         * @description A merchant: the owner of books.
         * @example {
         *       "merchantId": "corner-shop",
         *       "name": "Corner Shop",
         *       "currency": "BRL",
         *       "timeZone": "America/Sao_Paulo",
         *       "dayStartsAt": "04:00",
         *       "lateEntries": "nextOpenDay",
         *       "zoneData": "2026f",
         *       "calendar": [
         *         {
         *           "from": null,
         *           "timeZone": "America/Sao_Paulo",
         *           "dayStartsAt": "04:00",
         *           "zoneData": "2026f"
         *         }
         *       ]
         *     }
         */
        Merchant: {
            /** @description The id in the path. */
            merchantId: string;
            name: string;
            /** @description ISO 4217. */
            currency: string;
            /** @description IANA time zone. */
            timeZone: string;
            /** @description The time of day at which a business day starts. */
            dayStartsAt: string;
            /**
             * @description What becomes of an entry whose day is closed already.
             * @enum {string}
             */
            lateEntries: "nextOpenDay" | "restate" | "quarantine";
            /** @description The version of the IANA time zone database by which its days start and end, such as `2026f`. */
            zoneData: string;
            /**
             * Format: date
             * @description From which day the newest time zone and start of day count.
             */
            calendarFrom?: string;
            /** @description Every rule there was, the newest last. */
            calendar: {
                /** @description Null: from the beginning. */
                from: string | null;
                /** @description IANA time zone. */
                timeZone: string;
                /** @description The time of day at which a business day starts. */
                dayStartsAt: string;
                /** @description The version of the IANA time zone database by which its days start and end, such as `2026f`. */
                zoneData: string;
            }[];
        };
        /** @description What went wrong (RFC 9457). `code` is for programs, and stays. */
        Problem: {
            /**
             * Format: uri-reference
             * @description Where the code is explained.
             */
            type: string;
            /** @description For people; may change. */
            title: string;
            /** @description The HTTP status that it has, or would have. */
            status: number;
            /**
             * @description What is wrong, for programs.
             * @enum {string}
             */
            code: "not-json" | "malformed-request" | "unauthenticated" | "forbidden" | "not-found" | "method-not-allowed" | "too-slow" | "not-applied-yet" | "not-exact-in-json" | "currency-fixed" | "already-decided" | "changed-meanwhile" | "precondition-failed" | "too-large" | "unsupported-encoding" | "unsupported-type" | "invalid" | "nothing-accepted" | "headers-too-large" | "rate-limited" | "unexpected-error" | "stream-unavailable" | "access-unavailable" | "too-busy" | "register-unavailable" | "calendar-ended" | "store-unavailable";
            /** @description For people; may change. */
            detail: string;
            /** @description Under which our log knows the request. */
            requestId?: string;
            /** @description Every field that is wrong, at most 50. */
            errors?: components["schemas"]["FieldProblem"][];
            /** @description The business days that it is about, at most 10. */
            days?: string[];
        };
        FieldProblem: {
            /** @description JSON pointer (RFC 6901) into the body; for a path or a query, the name of the parameter. */
            pointer: string;
            /**
             * @description What is wrong with the field, for programs. More codes may come.
             * @enum {string}
             */
            code: "missing" | "unknown-field" | "wrong-type" | "not-allowed" | "not-an-integer" | "out-of-range" | "malformed" | "empty" | "too-long" | "not-unicode" | "not-a-currency" | "wrong-currency" | "currency-fixed" | "unknown-merchant" | "not-a-time" | "no-offset" | "finer-than-nanoseconds" | "too-far-ahead" | "too-old" | "not-a-time-zone" | "not-a-time-of-day" | "not-an-id" | "not-a-cursor" | "not-a-position" | "not-an-etag" | "not-a-calendar-date" | "calendar-from-not-future";
            /** @description For people; may change. */
            detail: string;
        };
    };
    responses: never;
    parameters: {
        /** @description ETags that you know. When one of them still holds the answer is 304, without a body. */
        "if-none-match": string;
        /** @description `wait=N`: how many seconds `after` may wait, at most 20 (RFC 7240). */
        prefer: string;
    };
    requestBodies: never;
    headers: {
        /** @description Under which our log knows the request. It is the one that you sent, if that had 1 to 64 id characters. */
        "x-request-id": string;
        /** @description Seconds. */
        "retry-after": number;
        /** @description The absolute URL at which the query API answers the entry once it is counted, and 404 before. Absent where ingest was not told the address of the query API. */
        location: string;
        /** @description Changes whenever the answer does, but for how fresh it is. Give it back as `If-None-Match`. That of a merchant is strong, and also for `If-Match` at the command side. */
        etag: string;
        /** @description The revision of the merchant, in quotes, for `If-Match`. Absent in a preview. */
        "merchant-etag": string;
        /** @description `no-cache`: may be kept, but has to be asked about before each use. `private`, where a token is needed: only for the caller, which `Vary: Authorization` says as well. */
        "cache-control": string;
        /** @description When the books were read. */
        "daybook-as-of": string;
        /** @description Everything that had arrived by then on the merchant's shard is applied. Absent when that is not known. */
        "daybook-applied-through": string;
        /** @description The wait that was taken from `Prefer`, when there was something to wait for. */
        "preference-applied": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    registerMerchant: {
        parameters: {
            query?: {
                /** @description Answers 200 with the merchant as it would be, and saves nothing. Refusals are as they would be. */
                preview?: boolean;
            };
            header?: {
                /** @description ETags, one of which the merchant has to have; `*`: it has to exist. Otherwise 412, and nothing changes. */
                "if-match"?: string;
                /** @description ETags, none of which the merchant may have; `*`: it may not exist yet. Otherwise 412. */
                "if-none-match"?: string;
            };
            path: {
                /** @description An id of your own. */
                merchantId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["MerchantRegistration"];
            };
        };
        responses: {
            /** @description It was registered before, and this is how it is now; or a preview. */
            200: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /** @description It is registered. */
            201: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: The route, merchant, day, entry or item does not exist, or you may not see it. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `currency-fixed`: A merchant is registered with another currency.
             *
             *     `changed-meanwhile`: Other requests kept changing the same resource.
             */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition-failed`: The merchant is not as `If-Match` or `If-None-Match` requires. */
            412: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `register-unavailable`: The register of merchants cannot be reached.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeMerchant: {
        parameters: {
            query?: {
                /** @description Answers 200 with the merchant as it would be, and saves nothing. Refusals are as they would be. */
                preview?: boolean;
            };
            header?: {
                /** @description ETags, one of which the merchant has to have; `*`: it has to exist. Otherwise 412, and nothing changes. */
                "if-match"?: string;
                /** @description ETags, none of which the merchant may have; `*`: it may not exist yet. Otherwise 412. */
                "if-none-match"?: string;
            };
            path: {
                /** @description An id of your own. */
                merchantId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody: {
            content: {
                "application/merge-patch+json": components["schemas"]["MerchantPatch"];
            };
        };
        responses: {
            /** @description This is how the merchant is now, or would be. */
            200: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: The route, merchant, day, entry or item does not exist, or you may not see it. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `currency-fixed`: A merchant is registered with another currency.
             *
             *     `changed-meanwhile`: Other requests kept changing the same resource.
             */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `precondition-failed`: The merchant is not as `If-Match` or `If-None-Match` requires. */
            412: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`.
             *
             *     `unsupported-type`: The `Content-Type` of a PATCH is not the one that `Accept-Patch` names.
             */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `register-unavailable`: The register of merchants cannot be reached.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendEntry: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Entry"];
            };
        };
        responses: {
            /** @description It will be counted. */
            202: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: More entries came than this system is set to take per second. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `too-busy`: More entries wait than fit in memory, or than can be written in time.
             *
             *     `stream-unavailable`: The stream did not acknowledge in time. The entry may be counted all the same.
             *
             *     `register-unavailable`: The register of merchants cannot be reached.
             *
             *     `calendar-ended`: The record of the merchant's time zone ends before `occurredAt`. Operators have had an alarm for a year.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendBatch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description All were accepted. */
            202: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description Some were accepted, and some refused. */
            207: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /**
             * @description `invalid`: `errors` names every field that is wrong.
             *
             *     `nothing-accepted`: No entry of a batch was accepted; `results` says why for each.
             */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /** @description `rate-limited`: More entries came than this system is set to take per second. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `too-busy`: More entries wait than fit in memory, or than can be written in time.
             *
             *     `stream-unavailable`: The stream did not acknowledge in time. The entry may be counted all the same.
             *
             *     `register-unavailable`: The register of merchants cannot be reached.
             *
             *     `calendar-ended`: The record of the merchant's time zone ends before `occurredAt`. Operators have had an alarm for a year.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["BatchProblem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamEntries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Newline-delimited JSON, each line an `Entry` of at most 64 KiB; blank lines are passed over. Any length, plain or with `Content-Encoding: gzip`. */
        requestBody?: {
            content: {
                /** @example {"entryId":"sale-0001","merchantId":"corner-shop","direction":"credit","amount":1250,"currency":"BRL","occurredAt":"2026-11-20T09:30:00-03:00","method":"pix","terminalId":"till-1","terminalSeq":17,"reference":"receipt 4711"} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description What became of each line, and at the end how many there were. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {"from":1,"to":251,"accepted":251,"position":"2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0","businessDays":["2026-11-20"]}
                     *     {"done":true,"accepted":251,"rejected":0}
                     */
                    "application/x-ndjson": string;
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `too-busy`: More entries wait than fit in memory, or than can be written in time.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayQuarantined: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the query API lists it. */
                quarantineId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            /** @description It will be counted, or set aside once more. */
            202: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replayed"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: The route, merchant, day, entry or item does not exist, or you may not see it. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `already-decided`: Another decision about the item in quarantine was made, or begun.
             *
             *     `changed-meanwhile`: Other requests kept changing the same resource.
             */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `rate-limited`: More entries came than this system is set to take per second. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `store-unavailable`: The books, or the quarantine, cannot be reached.
             *
             *     `too-busy`: More entries wait than fit in memory, or than can be written in time.
             *
             *     `stream-unavailable`: The stream did not acknowledge in time. The entry may be counted all the same.
             *
             *     `register-unavailable`: The register of merchants cannot be reached.
             *
             *     `calendar-ended`: The record of the merchant's time zone ends before `occurredAt`. Operators have had an alarm for a year.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    discardQuarantined: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description As the query API lists it. */
                quarantineId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`; the same bound holds after expansion. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Discard"];
            };
        };
        responses: {
            /** @description It is left out. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Discarded"];
                };
            };
            /** @description `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so. */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-found`: The route, merchant, day, entry or item does not exist, or you may not see it. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `already-decided`: Another decision about the item in quarantine was made, or begun.
             *
             *     `changed-meanwhile`: Other requests kept changing the same resource.
             */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
             *
             *     `store-unavailable`: The books, or the quarantine, cannot be reached.
             */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isAlive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    isReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They can. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "ready";
                    };
                };
            };
            /** @description Not at the moment. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        status: "starting";
                    };
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the text format of Prometheus. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description You have it. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page on which every request can be tried */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description You have it. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readProblems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that explains the codes of problems */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description You have it. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `malformed-request`: The URL or the `Host` header is not valid, or the connection ended before the body did.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `headers-too-large`: URL and headers take more than 16 KiB.
             *
             *     `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
             */
            default: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
