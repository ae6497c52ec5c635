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
         * @description The same request again changes nothing. If the merchant exists, a field that is left out keeps its value. A change of the calendar counts from a future day.
         */
        put: operations["registerMerchant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Changes a merchant that is registered
         * @description A JSON merge patch (RFC 7396), sent with `Content-Type: application/merge-patch+json`. A field that is left out keeps its value, and `null` gives a field its default. A change of the calendar counts from a future day.
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
        /**
         * Sends one entry
         * @description The answer comes when the entry is on the stream. Send the same entry again when there is no answer, or a 5xx: it is counted once. `position` lets a query wait until it is counted.
         */
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
         * @description Each entry is checked by itself, so a wrong entry does not affect the others. The results say what happened to each entry.
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
         * Sends any number of entries, one per line
         * @description The service answers while it reads, in the order of the lines. Each line of the answer is a `StreamAnswer`. Read the answers while you send, because the service does not read on while its answers wait. Lines refused with a 503 were not written in time: send them again. If the last answer says `"done": false`, or there is none, send again from the first line without an answer. Sending other lines again does no harm. A connection on which nothing moves for a minute is closed.
         */
        post: operations["streamEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchantId}/days/{day}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Closes the days of a merchant up to this one
         * @description Each day is compared with the archive, and closed when both are equal, the oldest first. The answer comes when the outcome of each day is known, or after 30 s, or as long as `Prefer: wait=` says. Then the closing goes on without you: ask again, which joins it and changes nothing else. Days also close by themselves, some hours after they end.
         */
        post: operations["closeDays"];
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
         * Puts an item of the quarantine on the stream again
         * @description The entry is sent unchanged or with corrected fields. The item keeps the original. The same request again gets the same answer. After a replay has begun, any other decision is refused. A corrected entry is checked like a new entry, and gets its business day like one. An entry that waits because its day is closed counts on an open day; the item and the entry then say `movedTo`.
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
         * Leaves an item of the quarantine out for good
         * @description The item can still be read. The same request again gets the same answer.
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
        /**
         * Whether the process is alive
         * @description It looks at nothing else: restart a process that does not answer.
         */
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
        /**
         * Whether requests can be served
         * @description Asks every system that the service needs. The answer comes within 2 s, whatever hangs. Send requests elsewhere until the answer is 200.
         */
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
        /**
         * This document
         * @description The contract of the service in OpenAPI 3.1. Make a client from it.
         */
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
        /**
         * A page on which every request can be tried
         * @description For people. It shows this document.
         */
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
        /**
         * A page that explains the codes of problems
         * @description For people. The `type` of each problem leads to its place on this page.
         */
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
         *       "entryId": "refund-0001",
         *       "merchantId": "corner-shop",
         *       "direction": "debit",
         *       "amount": 250,
         *       "currency": "BRL",
         *       "method": "cash",
         *       "category": "refunds",
         *       "description": "A cracked cup",
         *       "reference": "receipt 4711",
         *       "terminalId": "till-1",
         *       "terminalSeq": 17,
         *       "metadata": {
         *         "cashier": "7"
         *       },
         *       "occurredAt": "2026-11-20T11:05:00-03:00"
         *     }
         */
        Entry: {
            /** @description The client's id of the entry. No other entry of the merchant has it on the same business day. A retry repeats it. Never use an id twice, also not on different days: a late entry may be counted on a later day, and takes its id there. */
            entryId: string;
            /** @description The merchant in whose book the entry is counted. */
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
            /** @description ISO 4217. It has to be the merchant's currency. */
            currency: string;
            /**
             * @description How the entry was paid. An entry without a method counts as `other`.
             * @enum {string}
             */
            method?: "cash" | "debit-card" | "credit-card" | "pix" | "voucher" | "transfer" | "other";
            /** @description Your own grouping. No card numbers. */
            category?: string;
            /** @description A text for people. No card numbers. */
            description?: string;
            /** @description Your own reference, such as the number of a receipt. No card numbers. */
            reference?: string;
            /** @description The till that the entry comes from. */
            terminalId?: string;
            /**
             * Format: int64
             * @description The till's own running number.
             */
            terminalSeq?: number;
            /** @description The `entryId` of the entry that this one takes back. */
            reverses?: string;
            /** @description Further texts that you want to find again. No card numbers in the values. */
            metadata?: {
                [key: string]: string;
            };
            /**
             * Format: date-time
             * @description RFC 3339 with an offset and at most nine decimals of a second. Three decimals are kept; the others are cut, never rounded. The time is at most 5 minutes ahead of our clock and 400 days behind it. It decides the business day, so a retry repeats it.
             */
            occurredAt: string;
        };
        /** @description The entry is on the stream and will be counted once, whatever happens next. */
        Accepted: {
            /** @description The id as it was sent. */
            entryId: string;
            /** @description The id as it was sent. */
            merchantId: string;
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
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
         *           "method": "pix",
         *           "occurredAt": "2026-11-20T09:30:00-03:00"
         *         },
         *         {
         *           "entryId": "refund-0001",
         *           "merchantId": "corner-shop",
         *           "direction": "debit",
         *           "amount": 250,
         *           "currency": "BRL",
         *           "method": "cash",
         *           "category": "refunds",
         *           "description": "A cracked cup",
         *           "reference": "receipt 4711",
         *           "terminalId": "till-1",
         *           "terminalSeq": 17,
         *           "metadata": {
         *             "cashier": "7"
         *           },
         *           "occurredAt": "2026-11-20T11:05:00-03:00"
         *         }
         *       ]
         *     }
         */
        Batch: {
            entries: components["schemas"]["Entry"][];
        };
        BatchAnswer: {
            /**
             * Format: int64
             * @description The number of accepted entries.
             */
            accepted: number;
            /**
             * Format: int64
             * @description The number of refused entries.
             */
            rejected: number;
            /** @description One result for each entry, in the order of the request. */
            results: components["schemas"]["BatchResult"][];
        };
        BatchResult: components["schemas"]["AcceptedResult"] | components["schemas"]["RejectedResult"];
        AcceptedResult: {
            /**
             * Format: int64
             * @description The place of the entry in the request, counted from 0.
             */
            index: number;
            /** @description The id as it was sent. */
            entryId: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "accepted";
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
            position: string;
        };
        RejectedResult: {
            /**
             * Format: int64
             * @description The place of the entry in the request, counted from 0.
             */
            index: number;
            /** @description The id as it was sent, if it was text. */
            entryId?: string;
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "rejected";
            problem: components["schemas"]["Problem"];
        };
        /** @description A problem. If the entries were checked and none was accepted, it has the result of each. */
        BatchProblem: {
            /**
             * Format: uri-reference
             * @description Where the code is explained.
             */
            type: string;
            /** @description A text for people. It may change. */
            title: string;
            /**
             * Format: int64
             * @description The HTTP status of the problem. Inside another answer, the status that it would have by itself.
             */
            status: number;
            code: components["schemas"]["ProblemCode"];
            /** @description A text for people. It may change. */
            detail: string;
            /** @description The id under which our log knows the request. */
            requestId?: string;
            /** @description The fields that are wrong, at most 50. */
            errors?: components["schemas"]["FieldProblem"][];
            /** @description The business days that the problem is about, at most 10. */
            days?: string[];
            /**
             * Format: int64
             * @description The number of accepted entries.
             */
            accepted?: number;
            /**
             * Format: int64
             * @description The number of refused entries.
             */
            rejected?: number;
            /** @description One result for each entry, in the order of the request. */
            results?: components["schemas"]["BatchResult"][];
        };
        /** @description One line of the answer of `POST /v1/entries/stream`. */
        StreamAnswer: components["schemas"]["AcceptedLines"] | components["schemas"]["RejectedLine"] | components["schemas"]["UploadEnd"];
        /** @description All entries in these lines were accepted. A range ends before its position would name a ninth shard. */
        AcceptedLines: {
            /**
             * Format: int64
             * @description The first line of the range, counted from 1.
             */
            from: number;
            /**
             * Format: int64
             * @description The last line of the range.
             */
            to: number;
            /**
             * Format: int64
             * @description The number of lines in the range that hold an entry. The other lines are blank.
             */
            accepted: number;
            /** @description Where the entries of the range stand on the stream: the furthest place on each shard that took some of them. The value is opaque. Give it as `after=` to a query that has to include all of them. */
            position: string;
            /** @description Each day once, in order. A range has at most 500 entries, so it has at most 500 days. */
            businessDays: string[];
        };
        /** @description The entry in this line was refused. */
        RejectedLine: {
            /**
             * Format: int64
             * @description Counted from 1.
             */
            line: number;
            /** @constant */
            status: "rejected";
            problem: components["schemas"]["Problem"];
        };
        /** @description The last line of the answer. */
        UploadEnd: {
            /** @description False when the service stopped before the end. Then send the lines without an answer again. */
            done: boolean;
            /**
             * Format: int64
             * @description The number of accepted entries.
             */
            accepted: number;
            /**
             * Format: int64
             * @description The number of refused entries.
             */
            rejected: number;
            /** @description Why the service stopped before the end. */
            problem?: components["schemas"]["Problem"];
        };
        /**
         * @description A field that is left out keeps its value if the merchant exists.
         * @example {
         *       "name": "Corner Shop",
         *       "currency": "BRL",
         *       "timeZone": "America/Sao_Paulo"
         *     }
         */
        MerchantRegistration: {
            /** @description A name for people. No card numbers. */
            name: string;
            /** @description ISO 4217. All books of the merchant have this currency. It never changes. */
            currency: string;
            /** @description A zone or link of the IANA database, such as `America/Sao_Paulo`. The zone and `dayStartsAt` decide to which business day an instant belongs. */
            timeZone: string;
            /** @description The time of day at which a business day starts. A new merchant has `00:00`. */
            dayStartsAt?: string;
            /**
             * @description What happens to an entry whose day is already closed: it goes into the next open day and takes its id there, it goes into a new version of its day, or it is set aside for an operator. A new merchant has `nextOpenDay`.
             * @enum {string}
             */
            lateEntries?: "nextOpenDay" | "restate" | "quarantine";
            /**
             * Format: date
             * @description The business day from which a change of `timeZone` or `dayStartsAt` counts. It has to start more than six minutes from now. Without it, a change that replaces a change still to come counts from the same day, and any other change counts from the first day that is far enough ahead.
             */
            calendarFrom?: string;
        };
        /**
         * @description A field that is left out keeps its value. `null` gives `dayStartsAt` and `lateEntries` the value of a new merchant. `null` for `calendarFrom` asks for the first day that is far enough ahead.
         * @example {
         *       "dayStartsAt": null,
         *       "lateEntries": "nextOpenDay"
         *     }
         */
        MerchantPatch: {
            /** @description A name for people. No card numbers. */
            name?: string;
            /** @description ISO 4217. All books of the merchant have this currency. It never changes. */
            currency?: string;
            /** @description A zone or link of the IANA database, such as `America/Sao_Paulo`. The zone and `dayStartsAt` decide to which business day an instant belongs. */
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
            entry?: components["schemas"]["Correction"];
        };
        /** @description The fields to replace, by the rules of a new entry. `null` removes an optional field. An item that could not be read as an entry needs all fields of a new entry. */
        Correction: {
            /** @description The client's id of the entry. No other entry of the merchant has it on the same business day. A retry repeats it. Never use an id twice, also not on different days: a late entry may be counted on a later day, and takes its id there. */
            entryId?: string;
            /** @description The merchant in whose book the entry is counted. */
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
            /** @description ISO 4217. It has to be the merchant's currency. */
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
             * @description RFC 3339 with an offset and at most nine decimals of a second. Three decimals are kept; the others are cut, never rounded. The time is at most 5 minutes ahead of our clock and 400 days behind it. It decides the business day, so a retry repeats it.
             */
            occurredAt?: string;
        };
        /** @description The entry is on the stream. If the same content is set aside again, the item waits again. */
        Replayed: {
            /** @description The id of the item. It is opaque. */
            quarantineId: string;
            /** @constant */
            status: "replayed";
            /** @description The operator who decided: the subject of the token. Repeating a decision changes no name. */
            by: string;
            /**
             * Format: date-time
             * @description The time of the decision.
             */
            at: string;
            /** @description The id of the entry that was put on the stream. */
            entryId: string;
            /** @description The merchant of the entry that was put on the stream. */
            merchantId: string;
            /**
             * Format: date
             * @description The day in whose book the entry is counted.
             */
            businessDay: string;
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
            position: string;
        };
        /**
         * @example {
         *       "reason": "Sent by a till in test mode."
         *     }
         */
        Discard: {
            /** @description Why the item is left out. The item keeps this reason for later readers, so it holds no card numbers. */
            reason: string;
        };
        /** @description The item is left out for good. */
        Discarded: {
            /** @description The id of the item. It is opaque. */
            quarantineId: string;
            /** @constant */
            status: "discarded";
            /** @description The operator who decided: the subject of the token. Repeating a decision changes no name. */
            by: string;
            /**
             * Format: date-time
             * @description The time of the decision.
             */
            at: string;
            /** @description The reason as it was given. */
            reason: string;
        };
        ClosedDays: {
            /** @description The merchant. */
            merchantId: string;
            /**
             * Format: date
             * @description The last day that was to be closed.
             */
            through: string;
            /**
             * @description `closed`: every day up to `through` is closed. `closing`: the workflow goes on. `open`: some day stays open, and `days` says why.
             * @enum {string}
             */
            status: "closed" | "closing" | "open";
            /** @description The last closed day. Null until a day is closed. */
            closedThrough: string | null;
            /** @description The days that were open, in their order. Of a day that was closed before, nothing is said. */
            days: components["schemas"]["ClosedDay"][];
        };
        ClosedDay: {
            /**
             * Format: date
             * @description The day, which had entries and was open.
             */
            businessDay: string;
            /**
             * @description `waiting`: the day has not ended, or its entries are on their way into the archive. `not-equal`: the archive and the book differ, and an operator has to look. `after-open-day`: an earlier day stays open.
             * @enum {string}
             */
            status: "closed" | "waiting" | "not-equal" | "after-open-day";
            /** @description Why the day stays open, for people. */
            reason?: string;
            /**
             * Format: int64
             * @description The version with which the day was closed.
             */
            version?: number;
            /**
             * Format: int64
             * @description The balance with which the day was closed. Absent when another request was faster.
             */
            closing?: number;
        };
        /** @description A merchant: the owner of books. */
        Merchant: {
            /** @description The id in the path. */
            merchantId: string;
            /** @description The name for people. */
            name: string;
            /** @description ISO 4217. */
            currency: string;
            /** @description IANA time zone. */
            timeZone: string;
            /** @description The time of day at which a business day starts. */
            dayStartsAt: string;
            /**
             * @description What happens to an entry whose day is already closed.
             * @enum {string}
             */
            lateEntries: "nextOpenDay" | "restate" | "quarantine";
            /** @description The version of the IANA time zone database by which the days start and end, such as `2026f`. */
            zoneData: string;
            /**
             * Format: date
             * @description The first day for which the newest time zone and start of day count.
             */
            calendarFrom?: string;
            /** @description Every rule of the calendar, the newest last. */
            calendar: components["schemas"]["CalendarRule"][];
        };
        CalendarRule: {
            /** @description The first day of this rule. Null for the rule from the beginning. */
            from: string | null;
            /** @description IANA time zone. */
            timeZone: string;
            /** @description The time of day at which a business day starts. */
            dayStartsAt: string;
            /** @description The version of the IANA time zone database by which the days start and end, such as `2026f`. */
            zoneData: string;
        };
        /** @description An error (RFC 9457). `code` is for programs and does not change. */
        Problem: {
            /**
             * Format: uri-reference
             * @description Where the code is explained.
             */
            type: string;
            /** @description A text for people. It may change. */
            title: string;
            /**
             * Format: int64
             * @description The HTTP status of the problem. Inside another answer, the status that it would have by itself.
             */
            status: number;
            code: components["schemas"]["ProblemCode"];
            /** @description A text for people. It may change. */
            detail: string;
            /** @description The id under which our log knows the request. */
            requestId?: string;
            /** @description The fields that are wrong, at most 50. */
            errors?: components["schemas"]["FieldProblem"][];
            /** @description The business days that the problem is about, at most 10. */
            days?: string[];
        };
        FieldProblem: {
            /** @description A JSON pointer (RFC 6901) into the body. For a path, a query or a header, a slash and the name of the parameter. */
            pointer: string;
            code: components["schemas"]["FieldCode"];
            /** @description A text for people. It may change. */
            detail: string;
        };
        /**
         * @description What is wrong, for programs. New codes may be added: treat one that you do not know by the status or the text beside it.
         *
         *     - `not-json`: The body, or a line of it, is empty, not UTF-8, not JSON, or not valid gzip though `Content-Encoding` says so.
         *     - `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
         *     - `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which.
         *     - `forbidden`: The token lacks the scope that the route needs, or the answer is about merchants that are not granted.
         *     - `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
         *     - `not-found`: The route, merchant, day, entry or item does not exist, or you may not see it.
         *     - `method-not-allowed`: The path exists and takes other methods, which `Allow` lists.
         *     - `too-slow`: The request did not arrive within 30 s.
         *     - `not-applied-yet`: The entry of `after=` was not counted within the longest wait.
         *     - `not-exact-in-json`: A sum over several books is beyond ±(2^53 − 1), so JSON readers may round it; `days` names the days.
         *     - `currency-fixed`: A merchant is registered with another currency.
         *     - `already-decided`: Another decision about the item in quarantine was made, or begun.
         *     - `changed-meanwhile`: Other requests kept changing the same resource.
         *     - `precondition-failed`: The merchant is not as `If-Match` or `If-None-Match` requires.
         *     - `too-large`: The body has more than 1 MiB, before or after expansion, or a line more than 64 KiB.
         *     - `unsupported-encoding`: `Content-Encoding` is neither absent nor `gzip`.
         *     - `unsupported-type`: The `Content-Type` of a PATCH is not the one that `Accept-Patch` names.
         *     - `invalid`: `errors` names every field that is wrong.
         *     - `nothing-accepted`: No entry of a batch was accepted; `results` says why for each.
         *     - `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
         *     - `headers-too-large`: URL and headers take more than 16 KiB.
         *     - `rate-limited`: More entries or requests came than this system takes in a time, or takes from one address.
         *     - `unexpected-error`: Our own code failed. The failure is logged under `requestId`.
         *     - `stream-unavailable`: The stream did not acknowledge in time. The entry may be counted all the same.
         *     - `access-unavailable`: The keys of the issuer or the table of grants cannot be read, so what you may do is not known.
         *     - `too-busy`: More entries wait than fit in memory, or than can be written in time.
         *     - `register-unavailable`: The register of merchants cannot be reached.
         *     - `calendar-ended`: The record of the merchant's time zone ends before `occurredAt`. Operators have had an alarm for a year.
         *     - `closing-unavailable`: The workflow that closes days cannot be reached, or has failed. What it had closed before is closed.
         *     - `store-unavailable`: The books, or the quarantine, cannot be reached.
         */
        ProblemCode: string;
        /**
         * @description What is wrong with the field, for programs. New codes may be added: treat one that you do not know by the status or the text beside it.
         *
         *     - `missing`: A required field is missing.
         *     - `unknown-field`: A field that requests of this kind do not have. `__proto__` is unknown everywhere.
         *     - `wrong-type`: A value of another JSON type than the field has.
         *     - `not-allowed`: A value that is not in the list of values for the field.
         *     - `not-an-integer`: A number that is not whole, or that cannot be read without rounding.
         *     - `out-of-range`: A number too small or too large, or a list too short or too long.
         *     - `malformed`: A value that is not an id: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.
         *     - `empty`: An empty text where the field needs at least one character.
         *     - `too-long`: More characters (code points), or more pairs, than the field may have.
         *     - `card-number`: A text with the number of a payment card: 13 to 19 digits, with or without single spaces or hyphens, that begin and end like one. The problem does not repeat it.
         *     - `not-unicode`: A text with half of a surrogate pair, which is not valid Unicode.
         *     - `not-a-currency`: A value that is not an active ISO 4217 code in capitals.
         *     - `wrong-currency`: A currency that is not the merchant's.
         *     - `currency-fixed`: A currency that is not the one with which the merchant was registered.
         *     - `unknown-merchant`: No merchant is registered under this id, or you may not write for them.
         *     - `not-a-time`: A value that is not an RFC 3339 time on a date that exists.
         *     - `no-offset`: A time without `Z` or an offset such as `-03:00`.
         *     - `finer-than-nanoseconds`: A time with more than nine decimals of a second.
         *     - `too-far-ahead`: A time more than 5 minutes ahead of our clock.
         *     - `too-old`: A time more than 400 days ago.
         *     - `not-a-time-zone`: A name that is not a zone or link of the IANA database, such as `America/Sao_Paulo`. Abbreviations (`BST`) and offsets are refused.
         *     - `not-a-time-of-day`: A value that is not a time of day from `00:00` to `23:59`.
         *     - `not-an-id`: A parameter of a query that is not an id: 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, but not `.` or `..`.
         *     - `not-a-cursor`: A value that is not a `nextCursor` of the same list and filter.
         *     - `not-a-position`: A value that is not a position from the answer to an accepted entry.
         *     - `not-both`: Two parameters of which only one can be given.
         *     - `not-an-etag`: A value of `If-Match` or `If-None-Match` that is neither `*` nor a list of ETags, each in double quotes.
         *     - `not-a-calendar-date`: A value that is not an existing date, written `YYYY-MM-DD`.
         *     - `not-begun`: A day that has not begun by the merchant's calendar.
         *     - `calendar-from-not-future`: A day that is not far enough ahead: it starts within six minutes, or not after every rule that may be in use.
         */
        FieldCode: string;
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description The id under which our log knows the request. It is the id that you sent, if that had 1 to 64 id characters.
         * @example 5f0c8d0e-6f0a-4a53-9b1e-0d3f0b1f6a77
         */
        "x-request-id": string;
        /**
         * @description The seconds to wait before you try again.
         * @example 1
         */
        "retry-after": number;
        /**
         * @description What is wrong with the token (RFC 6750): `error="invalid_token"`, or `error="insufficient_scope"` with the `scope` that is needed. Without an `error`, the request has no token. Absent where only the grant is missing.
         * @example Bearer realm="daybook", error="insufficient_scope", scope="entries:write"
         */
        "www-authenticate": string;
        /**
         * @description The absolute URL of the entry in the query API. The query API answers 404 there until the entry is counted. The header is absent when ingest was not told the address of the query API.
         * @example http://127.0.0.1:8788/v1/merchants/corner-shop/days/2026-11-20/entries/sale-0001
         */
        location: string;
        /**
         * @description The tag changes whenever the answer changes; how fresh the answer is does not matter. Send it back as `If-None-Match`. The tag of a merchant is strong, so ingest also takes it as `If-Match`.
         * @example "1"
         */
        etag: string;
        /**
         * @description The revision of the merchant, in quotes, for `If-Match`. Absent in a preview.
         * @example "3"
         */
        "merchant-etag": string;
        /**
         * @description `no-cache`: you may keep the answer, but have to ask before each use whether it has changed. `private`, where a token is needed: only for the caller, which `Vary: Authorization` says as well.
         * @example private, no-cache
         */
        "cache-control": string;
        /**
         * @description The wait that was taken from `Prefer`. Absent when there was nothing to wait for.
         * @example wait=10
         */
        "preference-applied": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    registerMerchant: {
        parameters: {
            query?: {
                /**
                 * @description The answer is 200 with the merchant as the change would make it, and nothing is saved. A change that would be refused is refused here, too.
                 * @example true
                 */
                preview?: boolean;
            };
            header?: {
                /**
                 * @description ETags. The merchant has to have one of them; `*` means that the merchant has to exist. Otherwise the answer is 412, and nothing changes.
                 * @example "1"
                 */
                "if-match"?: string;
                /**
                 * @description ETags. The merchant must not have any of them; `*` means that the merchant must not exist yet. Otherwise the answer is 412, and nothing changes.
                 * @example *
                 */
                "if-none-match"?: string;
            };
            path: {
                /**
                 * @description The id that you give the merchant.
                 * @example corner-shop
                 */
                merchantId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Corner Shop",
                 *       "currency": "BRL",
                 *       "timeZone": "America/Sao_Paulo"
                 *     }
                 */
                "application/json": components["schemas"]["MerchantRegistration"];
            };
        };
        responses: {
            /** @description The merchant was registered before, and the answer shows it as it is now; or the request was a preview. */
            200: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "name": "Corner Shop",
                     *       "currency": "BRL",
                     *       "timeZone": "America/Sao_Paulo",
                     *       "dayStartsAt": "00:00",
                     *       "lateEntries": "nextOpenDay",
                     *       "zoneData": "2026f",
                     *       "calendar": [
                     *         {
                     *           "from": null,
                     *           "timeZone": "America/Sao_Paulo",
                     *           "dayStartsAt": "00:00",
                     *           "zoneData": "2026f"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Merchant"];
                };
            };
            /** @description The merchant is registered. */
            201: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "name": "Corner Shop",
                     *       "currency": "BRL",
                     *       "timeZone": "America/Sao_Paulo",
                     *       "dayStartsAt": "00:00",
                     *       "lateEntries": "nextOpenDay",
                     *       "zoneData": "2026f",
                     *       "calendar": [
                     *         {
                     *           "from": null,
                     *           "timeZone": "America/Sao_Paulo",
                     *           "dayStartsAt": "00:00",
                     *           "zoneData": "2026f"
                     *         }
                     *       ]
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                /**
                 * @description The answer is 200 with the merchant as the change would make it, and nothing is saved. A change that would be refused is refused here, too.
                 * @example true
                 */
                preview?: boolean;
            };
            header?: {
                /**
                 * @description ETags. The merchant has to have one of them; `*` means that the merchant has to exist. Otherwise the answer is 412, and nothing changes.
                 * @example "1"
                 */
                "if-match"?: string;
                /**
                 * @description ETags. The merchant must not have any of them; `*` means that the merchant must not exist yet. Otherwise the answer is 412, and nothing changes.
                 * @example *
                 */
                "if-none-match"?: string;
            };
            path: {
                /**
                 * @description The id that you give the merchant.
                 * @example corner-shop
                 */
                merchantId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "dayStartsAt": null,
                 *       "lateEntries": "nextOpenDay"
                 *     }
                 */
                "application/merge-patch+json": components["schemas"]["MerchantPatch"];
            };
        };
        responses: {
            /** @description The merchant as it is now, or as the change of a preview would make it. */
            200: {
                headers: {
                    etag: components["headers"]["merchant-etag"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "name": "Corner Shop",
                     *       "currency": "BRL",
                     *       "timeZone": "America/Sao_Paulo",
                     *       "dayStartsAt": "00:00",
                     *       "lateEntries": "nextOpenDay",
                     *       "zoneData": "2026f",
                     *       "calendar": [
                     *         {
                     *           "from": null,
                     *           "timeZone": "America/Sao_Paulo",
                     *           "dayStartsAt": "00:00",
                     *           "zoneData": "2026f"
                     *         }
                     *       ]
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody: {
            content: {
                "application/json": components["schemas"]["Entry"];
            };
        };
        responses: {
            /** @description The entry will be counted. */
            202: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "entryId": "sale-0001",
                     *       "merchantId": "corner-shop",
                     *       "businessDay": "2026-11-20",
                     *       "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0"
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
            /** @description `rate-limited`: More entries or requests came than this system takes in a time, or takes from one address. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "entries": [
                 *         {
                 *           "entryId": "sale-0001",
                 *           "merchantId": "corner-shop",
                 *           "direction": "credit",
                 *           "amount": 1250,
                 *           "currency": "BRL",
                 *           "method": "pix",
                 *           "occurredAt": "2026-11-20T09:30:00-03:00"
                 *         },
                 *         {
                 *           "entryId": "refund-0001",
                 *           "merchantId": "corner-shop",
                 *           "direction": "debit",
                 *           "amount": 250,
                 *           "currency": "BRL",
                 *           "method": "cash",
                 *           "category": "refunds",
                 *           "description": "A cracked cup",
                 *           "reference": "receipt 4711",
                 *           "terminalId": "till-1",
                 *           "terminalSeq": 17,
                 *           "metadata": {
                 *             "cashier": "7"
                 *           },
                 *           "occurredAt": "2026-11-20T11:05:00-03:00"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": components["schemas"]["Batch"];
            };
        };
        responses: {
            /** @description All entries were accepted. */
            202: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 2,
                     *       "rejected": 0,
                     *       "results": [
                     *         {
                     *           "index": 0,
                     *           "entryId": "sale-0001",
                     *           "status": "accepted",
                     *           "businessDay": "2026-11-20",
                     *           "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQw.0"
                     *         },
                     *         {
                     *           "index": 1,
                     *           "entryId": "refund-0001",
                     *           "status": "accepted",
                     *           "businessDay": "2026-11-20",
                     *           "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQw.1"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BatchAnswer"];
                };
            };
            /** @description Some entries were accepted, and some were refused. */
            207: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accepted": 1,
                     *       "rejected": 1,
                     *       "results": [
                     *         {
                     *           "index": 0,
                     *           "entryId": "sale-0001",
                     *           "status": "accepted",
                     *           "businessDay": "2026-11-20",
                     *           "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQx.0"
                     *         },
                     *         {
                     *           "index": 1,
                     *           "entryId": "refund-0001",
                     *           "status": "rejected",
                     *           "problem": {
                     *             "type": "/docs/problems#invalid",
                     *             "title": "Some fields are not valid",
                     *             "status": 422,
                     *             "code": "invalid",
                     *             "detail": "The entry is not valid.",
                     *             "errors": [
                     *               {
                     *                 "pointer": "/amount",
                     *                 "code": "out-of-range",
                     *                 "detail": "must be at least 1; the direction says whether money comes in or goes out"
                     *               }
                     *             ]
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
            /** @description `rate-limited`: More entries or requests came than this system takes in a time, or takes from one address. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
        /** @description Newline-delimited JSON. Each line is an `Entry` of at most 64 KiB; blank lines are skipped. The body may have any length, plain or with `Content-Encoding: gzip`. Behind API Gateway and Lambda the limit is about 4.5 MB as sent, and a longer body is answered 413 without being read. */
        requestBody?: {
            content: {
                /**
                 * @example {"entryId":"sale-0001","merchantId":"corner-shop","direction":"credit","amount":1250,"currency":"BRL","method":"pix","occurredAt":"2026-11-20T09:30:00-03:00"}
                 *     {"entryId":"refund-0001","merchantId":"corner-shop","direction":"debit","amount":250,"currency":"BRL","method":"cash","category":"refunds","description":"A cracked cup","reference":"receipt 4711","terminalId":"till-1","terminalSeq":17,"metadata":{"cashier":"7"},"occurredAt":"2026-11-20T11:05:00-03:00"}
                 */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description The outcome of each line, and at the end the numbers of accepted and refused entries. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
    closeDays: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description `wait=N`: the number of seconds to wait for the outcome, at most 30 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: string;
            };
            path: {
                /**
                 * @description The merchant.
                 * @example corner-shop
                 */
                merchantId: string;
                /**
                 * @description The last business day to close.
                 * @example 2026-11-20
                 */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came of each day that was open. `status` says whether all of them are closed. */
            200: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "through": "2026-11-20",
                     *       "status": "closed",
                     *       "closedThrough": "2026-11-20",
                     *       "days": [
                     *         {
                     *           "businessDay": "2026-11-20",
                     *           "status": "closed",
                     *           "version": 1,
                     *           "closing": 750
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ClosedDays"];
                };
            };
            /** @description Some days still wait for the archive, and the closing goes on. */
            202: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "retry-after": components["headers"]["retry-after"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "through": "2026-11-20",
                     *       "status": "closing",
                     *       "closedThrough": null,
                     *       "days": [
                     *         {
                     *           "businessDay": "2026-11-20",
                     *           "status": "waiting"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ClosedDays"];
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
            /** @description `rate-limited`: More entries or requests came than this system takes in a time, or takes from one address. */
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
             *     `register-unavailable`: The register of merchants cannot be reached.
             *
             *     `closing-unavailable`: The workflow that closes days cannot be reached, or has failed. What it had closed before is closed.
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                /**
                 * @description The `quarantineId` that the query API lists.
                 * @example WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ
                 */
                quarantineId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "entry": {
                 *         "entryId": "sale-0001-b"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            /** @description The entry will be counted, or set aside again. */
            202: {
                headers: {
                    location: components["headers"]["location"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
                     *       "status": "replayed",
                     *       "by": "ana",
                     *       "at": "2026-11-20T15:00:00.000Z",
                     *       "merchantId": "corner-shop",
                     *       "entryId": "sale-0001-b",
                     *       "businessDay": "2026-11-20",
                     *       "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQ0.0"
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
            /** @description `rate-limited`: More entries or requests came than this system takes in a time, or takes from one address. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                /**
                 * @description The `quarantineId` that the query API lists.
                 * @example WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ
                 */
                quarantineId: string;
            };
            cookie?: never;
        };
        /** @description At most 1 MiB, plain or with `Content-Encoding: gzip`. The same limit holds after expansion. */
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "reason": "Sent by a till in test mode."
                 *     }
                 */
                "application/json": components["schemas"]["Discard"];
            };
        };
        responses: {
            /** @description The item is left out. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2VhMmJhYzU3MWRmODBjMjA5ZGJhZGFjYzI1NWViODE2NTZlMGVjZDRkZDJjMmY4ZDZmNjFhZTBkN2FjYWMzMGIiXQ",
                     *       "status": "discarded",
                     *       "by": "ana",
                     *       "at": "2026-11-20T15:00:00.000Z",
                     *       "reason": "Sent by a till in test mode."
                     *     }
                     */
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
            /** @description The process is alive. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ok"
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ok";
                    };
                };
            };
            /**
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
            /** @description Requests can be served. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "dependencies": [
                     *         {
                     *           "name": "stream",
                     *           "status": "ok"
                     *         },
                     *         {
                     *           "name": "register",
                     *           "status": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "ready";
                        /** @description Every system that the service needs. */
                        dependencies: {
                            /** @description The system, such as `stream` or `register`. */
                            name: string;
                            /** @enum {string} */
                            status: "ok" | "failed";
                            /** @description What the service cannot do without it. Absent when it is ok. */
                            cannot?: string;
                            /** @description Why it cannot be used. Absent when it is ok. */
                            reason?: string;
                        }[];
                    };
                };
            };
            /** @description Some requests cannot be served at the moment: the answer says which and why. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "not-ready",
                     *       "dependencies": [
                     *         {
                     *           "name": "stream",
                     *           "status": "failed",
                     *           "cannot": "accept entries",
                     *           "reason": "no answer within 1.5 s"
                     *         },
                     *         {
                     *           "name": "register",
                     *           "status": "ok"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @constant */
                        status: "not-ready";
                        /** @description Every system that the service needs. */
                        dependencies: {
                            /** @description The system, such as `stream` or `register`. */
                            name: string;
                            /** @enum {string} */
                            status: "ok" | "failed";
                            /** @description What the service cannot do without it. Absent when it is ok. */
                            cannot?: string;
                            /** @description Why it cannot be used. Absent when it is ok. */
                            reason?: string;
                        }[];
                    };
                };
            };
            /**
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
            /** @description The measurements in the text format of Prometheus. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example # HELP daybook_ingest_entries_accepted_total Entries that the stream has acknowledged.
                     *     # TYPE daybook_ingest_entries_accepted_total counter
                     *     daybook_ingest_entries_accepted_total{via="batch"} 4711
                     */
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
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
                    "www-authenticate": components["headers"]["www-authenticate"];
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                    /**
                     * @example {
                     *       "openapi": "3.1.1",
                     *       "info": {
                     *         "title": "Daybook ingest",
                     *         "version": "1"
                     *       },
                     *       "paths": {}
                     *     }
                     */
                    "application/json": Record<string, never>;
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                    /**
                     * @example <!doctype html>
                     *     <html lang="en">…</html>
                     */
                    "text/html": string;
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
                    /**
                     * @example <!doctype html>
                     *     <html lang="en">…</html>
                     */
                    "text/html": string;
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
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
             * @description `malformed-request`: The request is not HTTP, its URL or `Host` header is not valid, or the connection ended before the request did.
             *
             *     `refused-by-firewall`: A rule of the firewall before the services matched the path, the query or a header. Bodies are not judged.
             *
             *     `too-slow`: The request did not arrive within 30 s.
             *
             *     `expectation-failed`: The header `Expect` asks for something other than `100-continue`.
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
