export interface paths {
    "/v1/merchants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The register of merchants
         * @description The merchants that are granted to you. A grant of some merchants lists them in the order of their ids; where it names merchants by the beginning of their ids, one that was registered a moment ago may still be missing. A page is full unless it is the last, or the grant names more than 1,000 merchants that are not registered: then a page may hold fewer, or none, and `nextCursor` goes on.
         */
        get: operations["listMerchants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One merchant
         * @description The registration as it is now, and every rule of the calendar, also one that still has to begin.
         */
        get: operations["readMerchant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The balance now, and whether it is exact
         * @description The balance adds up all books, each as it is at one instant. When books change too quickly for that, or one of them is marked as broken, `exact` is false. With `day` or `at` it is the balance at an earlier time, with all entries that are known of it now.
         */
        get: operations["readBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every calendar day of a period, and the totals of the period
         * @description Days without entries are there, with zeros. The totals are those of the whole period on every page.
         */
        get: operations["readPeriod"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/days/{day}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The daily consolidated
         * @description A day without entries is answered with zeros. A closed day is answered as it is now, at its newest version. With `version` it is answered as it was issued then, for ever.
         */
        get: operations["readDay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/days/{day}/windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All windows of the day
         * @description Windows begin with the day and are as long as `size` says. Windows without entries are there, with zeros.
         */
        get: operations["readWindows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The open days and the current day, then each day that changes
         * @description Server-sent events: `event: day`, `id: <day>.<segment>.<tag>`, and as `data` the `Day` that a query of that day answers. When that query answers `not-exact-in-json`, the event is `event: problem` instead, with the `Problem` and its `businessDay` as `data`. The stream begins with every open day and the current day, newest first. Then it sends each day whose view changes; the opening balance is part of the view. A client that comes back with the `id` of its last event gets nothing at first when it is up to date, and otherwise every open day again. The tag of an `id` is opaque. It is `0` while more of the same change follows. A comment every 15 s shows that the connection is alive. The stream ends when the token expires, within a minute after the merchant is no longer granted to you, and when the grants cannot be read for a minute. A client that comes back is then answered 401, 404 or 503. With a new token and the `id` of its last event it misses nothing. Where live streams are not served, the answer is 404 `not-found`: read the day again with `If-None-Match` instead.
         */
        get: operations["followDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/days/{day}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The entries of the day, in journal order
         * @description The order in which the entries were counted. An entry that was set aside is not among them.
         */
        get: operations["listEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merchants/{merchant}/days/{day}/entries/{entry}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The outcome of one entry
         * @description Whether the entry was counted or set aside. 404 while neither has happened yet.
         */
        get: operations["readEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The items that were set aside, and why
         * @description The items of the merchants that are granted to you. What could not be read belongs to no merchant, and is listed where all are granted. A page is full unless it is the last, or its items are large (about 4 MB of `raw`), or nothing is set aside of 100 merchants in a row. Such a page may hold fewer items, or none, and `nextCursor` goes on.
         */
        get: operations["listQuarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quarantine/{quarantineId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One item that was set aside, and the decisions about it
         * @description The item as it stood on the stream, why it could not be counted, and what operators did about it.
         */
        get: operations["readQuarantined"];
        put?: never;
        post?: never;
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
        Merchants: {
            /** @description The merchants, by their ids. */
            data: components["schemas"]["Merchant"][];
            /** @description Give it as `cursor=` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        Balance: {
            /** @description The merchant. */
            merchantId: string;
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: int64
             * @description The sum of all books.
             */
            balance: number;
            /** @description Whether all of it was true at one instant, and every book that it needs is sound. It is false while many days change at once, and while a book is marked as broken: then an operator has to mend the book. */
            exact: boolean;
            /** @description The last closed day. Null until a day is closed. */
            closedThrough: string | null;
            /** @description The days with entries that are not closed. */
            openDays: string[];
            /**
             * Format: date-time
             * @description When the books were read.
             */
            asOf: string;
            appliedThrough: string | null;
        };
        /** @description The daily consolidated: the sums of the entries of one merchant on one business day. */
        Day: {
            /** @description The merchant. */
            merchantId: string;
            /**
             * Format: date
             * @description The day.
             */
            businessDay: string;
            /** @description ISO 4217. */
            currency: string;
            /** @description The IANA time zone of this day. */
            timeZone: string;
            /** @description The version of the IANA time zone database by which the days start and end, such as `2026f`. */
            zoneData: string;
            /**
             * @description A closed day is final. A restated day was issued again.
             * @enum {string}
             */
            status: "open" | "closed" | "restated";
            /**
             * Format: int64
             * @description 0 while the day is open. After that, it rises with every restatement.
             */
            version: number;
            /**
             * Format: int64
             * @description The number of appends to the book. It rises with every change, and is 0 while there are no entries.
             */
            segment: number;
            /**
             * Format: int64
             * @description The balance at the start, in minor units.
             */
            opening: number;
            /**
             * Format: int64
             * @description Money in, in minor units.
             */
            credits: number;
            /**
             * Format: int64
             * @description Money out, in minor units.
             */
            debits: number;
            /**
             * Format: int64
             * @description The number of entries.
             */
            entryCount: number;
            /**
             * Format: int64
             * @description Credits minus debits.
             */
            net: number;
            /**
             * Format: int64
             * @description The opening balance plus the net.
             */
            closing: number;
            byMethod: components["schemas"]["TotalsByMethod"];
            /** @description The hours from the start of the day, including hours without entries. */
            windows: components["schemas"]["Window"][];
            /**
             * Format: int64
             * @description How many of the entries came after their own day was closed: this day, or one that is closed.
             */
            lateEntries: number;
            /** @description The hash of the chain so far. Null while there are no entries. */
            hash: string | null;
            /** @description The digest of the set of entries, whatever their order. Null while the day is open. */
            digest: string | null;
            /** @description Whether all of it was true at one instant, and every book that it needs is sound. It is false while many days change at once, and while a book is marked as broken: then an operator has to mend the book. */
            exact: boolean;
            /**
             * Format: date-time
             * @description When the day begins.
             */
            startsAt: string;
            /**
             * Format: date-time
             * @description When the day ends. This instant is not part of it.
             */
            endsAt: string;
            /**
             * Format: date-time
             * @description When the books were read.
             */
            asOf: string;
            appliedThrough: string | null;
        };
        Days: {
            /** @description Every calendar day, including days without entries. */
            data: components["schemas"]["DayRow"][];
            /** @description The totals of the whole period, from the first opening to the last closing. Every page has them. */
            totals: components["schemas"]["PeriodTotals"];
            /** @description Give it as `cursor=` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        DayRow: {
            /**
             * Format: date
             * @description The day.
             */
            businessDay: string;
            /**
             * @description A closed day is final. A restated day was issued again.
             * @enum {string}
             */
            status: "open" | "closed" | "restated";
            /**
             * Format: int64
             * @description 0 while the day is open. After that, it rises with every restatement.
             */
            version: number;
            /**
             * Format: int64
             * @description The number of appends to the book. It rises with every change, and is 0 while there are no entries.
             */
            segment: number;
            /**
             * Format: int64
             * @description The balance at the start, in minor units.
             */
            opening: number;
            /**
             * Format: int64
             * @description Money in, in minor units.
             */
            credits: number;
            /**
             * Format: int64
             * @description Money out, in minor units.
             */
            debits: number;
            /**
             * Format: int64
             * @description The number of entries.
             */
            entryCount: number;
            /**
             * Format: int64
             * @description Credits minus debits.
             */
            net: number;
            /**
             * Format: int64
             * @description The opening balance plus the net.
             */
            closing: number;
            /** @description Whether all of it was true at one instant, and every book that it needs is sound. It is false while many days change at once, and while a book is marked as broken: then an operator has to mend the book. */
            exact: boolean;
        };
        PeriodTotals: {
            /**
             * Format: int64
             * @description The balance at the start, in minor units.
             */
            opening: number;
            /**
             * Format: int64
             * @description Money in, in minor units.
             */
            credits: number;
            /**
             * Format: int64
             * @description Money out, in minor units.
             */
            debits: number;
            /**
             * Format: int64
             * @description The number of entries.
             */
            entryCount: number;
            /**
             * Format: int64
             * @description Credits minus debits.
             */
            net: number;
            /**
             * Format: int64
             * @description The opening balance plus the net.
             */
            closing: number;
            /** @description Whether all of it was true at one instant, and every book that it needs is sound. It is false while many days change at once, and while a book is marked as broken: then an operator has to mend the book. */
            exact: boolean;
        };
        /** @description The totals by method of payment, only for methods that have entries. An entry without a method counts as `other`. */
        TotalsByMethod: {
            cash?: components["schemas"]["Totals"];
            "debit-card"?: components["schemas"]["Totals"];
            "credit-card"?: components["schemas"]["Totals"];
            pix?: components["schemas"]["Totals"];
            voucher?: components["schemas"]["Totals"];
            transfer?: components["schemas"]["Totals"];
            other?: components["schemas"]["Totals"];
        };
        Totals: {
            /**
             * Format: int64
             * @description Money in, in minor units.
             */
            credits: number;
            /**
             * Format: int64
             * @description Money out, in minor units.
             */
            debits: number;
            /**
             * Format: int64
             * @description The number of entries.
             */
            entryCount: number;
        };
        Window: {
            /**
             * Format: date-time
             * @description When the window begins.
             */
            start: string;
            /**
             * Format: date-time
             * @description When the window ends. This instant is not part of it.
             */
            end: string;
            /**
             * Format: int64
             * @description Money in, in minor units.
             */
            credits: number;
            /**
             * Format: int64
             * @description Money out, in minor units.
             */
            debits: number;
            /**
             * Format: int64
             * @description The number of entries.
             */
            entryCount: number;
        };
        Windows: {
            /** @description The merchant. */
            merchantId: string;
            /**
             * Format: date
             * @description The day.
             */
            businessDay: string;
            /** @enum {string} */
            size: "5m" | "15m" | "1h";
            /** @description All windows of the day, including windows without entries. */
            windows: components["schemas"]["Window"][];
        };
        /** @description An entry as it was accepted. */
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
             * @description The time of the entry, in UTC.
             */
            occurredAt: string;
            /**
             * Format: date
             * @description The day of the entry, by the calendar of its merchant. A late entry may count in the book of another day.
             */
            businessDay: string;
            /**
             * Format: date-time
             * @description When the entry was accepted.
             */
            receivedAt: string;
        };
        CountedEntry: {
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
             * @description The time of the entry, in UTC.
             */
            occurredAt: string;
            /**
             * Format: date
             * @description The day of the entry, by the calendar of its merchant. A late entry may count in the book of another day.
             */
            businessDay: string;
            /**
             * Format: date-time
             * @description When the entry was accepted.
             */
            receivedAt: string;
            /**
             * Format: int64
             * @description The segment of the book that holds the entry.
             */
            segment: number;
        };
        Entries: {
            /** @description The entries of the book, in journal order. */
            data: components["schemas"]["CountedEntry"][];
            /** @description Give it as `cursor=` to get the next page. Null on the last page. */
            nextCursor: string | null;
        };
        FoundEntry: components["schemas"]["AppliedEntry"] | components["schemas"]["RedirectedEntry"] | components["schemas"]["QuarantinedEntry"];
        /** @description The entry is counted. */
        AppliedEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "applied";
            entry: components["schemas"]["Entry"];
            /**
             * Format: int64
             * @description The segment of the book that holds the entry.
             */
            segment: number;
            /** @description SHA-256 over the chain of all segments up to this one. */
            hash: string;
            /** @description Other contents that came with the same id and were set aside, the earliest first. At most 50; `/v1/quarantine?merchant=` lists all. Absent when there are none. */
            conflicts?: components["schemas"]["Conflict"][];
        };
        /** @description The entry came late, and is counted in the book of another day. */
        RedirectedEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "redirected";
            entry: components["schemas"]["Entry"];
            /**
             * Format: date
             * @description The day in whose book the entry is counted, because its own day was closed.
             */
            movedTo: string;
            /**
             * Format: int64
             * @description The segment of the own book that says so.
             */
            segment: number;
            /** @description SHA-256 over the chain of all segments up to this one. */
            hash: string;
            /** @description Other contents that came with the same id and were set aside, the earliest first. At most 50; `/v1/quarantine?merchant=` lists all. Absent when there are none. */
            conflicts?: components["schemas"]["Conflict"][];
        };
        /** @description No entry with this id is counted. */
        QuarantinedEntry: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            status: "quarantined";
            /** @description The entry that was set aside first under this id. */
            entry: components["schemas"]["Entry"];
            reason: components["schemas"]["QuarantineReason"];
            /** @description Other contents that came with the same id and were set aside, the earliest first. At most 50; `/v1/quarantine?merchant=` lists all. Absent when there are none. */
            conflicts?: components["schemas"]["Conflict"][];
        };
        /** @description An item of the quarantine, in short. */
        Conflict: {
            /** @description The id of the item. It is opaque. */
            quarantineId: string;
            /**
             * Format: date-time
             * @description When it was set aside.
             */
            setAsideAt: string;
            /**
             * @description `waiting`: an operator has to decide. An item that was replayed and set aside again is `waiting`, too.
             * @enum {string}
             */
            status: "waiting" | "replayed" | "discarded";
        };
        /** @description An item that was set aside. An item that could not be read as an entry has no merchant, day, id or entry. */
        Quarantined: {
            /** @description The id of the item. It is opaque. */
            quarantineId: string;
            /** @description The merchant. */
            merchantId?: string;
            /** @description The id of the entry. */
            entryId?: string;
            /**
             * Format: date
             * @description The day in whose book the entry would have been counted.
             */
            businessDay?: string;
            reason: components["schemas"]["QuarantineReason"];
            /** @description A text for people. It may change. */
            detail: string;
            /**
             * @description `waiting`: an operator has to decide. An item that was replayed and set aside again is `waiting`, too.
             * @enum {string}
             */
            status: "waiting" | "replayed" | "discarded";
            /**
             * Format: date-time
             * @description When the item was set aside.
             */
            setAsideAt: string;
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
            position: string;
            entry?: components["schemas"]["Entry"];
            /** @description The bytes as they stood on the stream, in base64. */
            raw: string;
            /** @description The entry that was put on the stream in place of the item, and its position. Present only when the item is `replayed`. The entry is left out when a correction has moved it to a merchant that the caller may not act for. */
            replayedAs?: components["schemas"]["ReplayedAs"];
            /**
             * Format: date
             * @description The day in whose book the replayed entry is counted, because its own day was closed. Present once it is counted there.
             */
            movedTo?: string;
            /** @description The actions of operators on the item, in order. */
            actions: components["schemas"]["QuarantineAction"][];
        };
        ReplayedAs: {
            entry?: components["schemas"]["Entry"];
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
            position: string;
        };
        /** @description An action of an operator on an item. */
        QuarantineAction: components["schemas"]["ReplayBegun"] | components["schemas"]["ReplayDone"] | components["schemas"]["Discarding"];
        /** @description An operator asked for a replay. */
        ReplayBegun: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            action: "replay-begun";
            /** @description The operator: the subject of the token. */
            by: string;
            /** @description The IPv4 or IPv6 address that the request came from, or `unknown`. */
            from: string;
            /**
             * Format: date-time
             * @description The time of the action.
             */
            at: string;
            /** @description The entry that is put on the stream. Until it is `replayed`, only this replay can go on. Left out when a correction has moved it to a merchant that the caller may not act for. */
            entry?: components["schemas"]["Entry"];
        };
        /** @description The entry is on the stream. */
        ReplayDone: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            action: "replayed";
            /** @description The operator: the subject of the token. */
            by: string;
            /** @description The IPv4 or IPv6 address that the request came from, or `unknown`. */
            from: string;
            /**
             * Format: date-time
             * @description The time of the action.
             */
            at: string;
            /** @description Where the entry stands on the stream. The value is opaque. Give it as `after=` to a query that has to include the entry. */
            position: string;
        };
        /** @description An operator left the item out for good. */
        Discarding: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            action: "discarded";
            /** @description The operator: the subject of the token. */
            by: string;
            /** @description The IPv4 or IPv6 address that the request came from, or `unknown`. */
            from: string;
            /**
             * Format: date-time
             * @description The time of the action.
             */
            at: string;
            /** @description The reason, as the operator gave it. */
            reason: string;
        };
        QuarantinedItems: {
            /** @description The items that were set aside. */
            data: components["schemas"]["Quarantined"][];
            /** @description Give it as `cursor=` to get the next page. Null on the last page. */
            nextCursor: string | null;
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
        /**
         * @description Why the item can never be counted as it is, for programs. New codes may be added: treat one that you do not know by the status or the text beside it.
         *
         *     - `content-conflict`: The day already counts its id with other content.
         *     - `wrong-currency`: The book is kept in another currency.
         *     - `total-out-of-bounds`: The day's credits or debits would leave ±(2^53 − 1).
         *     - `unknown-merchant`: No merchant is registered under the id.
         *     - `day-closed`: Its business day is closed for good.
         *     - `invalid-entry`: A line on the stream that ingest would have refused.
         *     - `undecodable-record`: A record on the stream that is not ours, or is damaged.
         *     - `unexpected-error`: Our own code failed on it.
         */
        QuarantineReason: string;
    };
    responses: never;
    parameters: {
        /**
         * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
         * @example W/"2.bOMYFvyYC2oNdfuI"
         */
        "if-none-match": string;
        /**
         * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
         * @example wait=10
         */
        prefer: string;
    };
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
         * @description The tag changes whenever the answer changes; how fresh the answer is does not matter. Send it back as `If-None-Match`. The tag of a merchant is strong, so ingest also takes it as `If-Match`.
         * @example "1"
         */
        etag: string;
        /**
         * @description `no-cache`: you may keep the answer, but have to ask before each use whether it has changed. `private`, where a token is needed: only for the caller, which `Vary: Authorization` says as well.
         * @example private, no-cache
         */
        "cache-control": string;
        /**
         * @description When the books were read.
         * @example 2026-11-20T15:00:00.500Z
         */
        "daybook-as-of": string;
        /**
         * @description Everything that had arrived on the merchant's shard by this time is applied. Absent when the time is not known.
         * @example 2026-11-20T15:00:00.100Z
         */
        "daybook-applied-through": string;
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
    listMerchants: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The largest number of items on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The `nextCursor` of the previous page of the same list and filter.
                 * @example SVdsR3RHZzEx
                 */
                cursor?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "merchantId": "corner-shop",
                     *           "name": "Corner Shop",
                     *           "currency": "BRL",
                     *           "timeZone": "America/Sao_Paulo",
                     *           "dayStartsAt": "00:00",
                     *           "lateEntries": "nextOpenDay",
                     *           "zoneData": "2026f",
                     *           "calendar": [
                     *             {
                     *               "from": null,
                     *               "timeZone": "America/Sao_Paulo",
                     *               "dayStartsAt": "00:00",
                     *               "zoneData": "2026f"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Merchants"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readMerchant: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
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
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readBalance: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The balance at the end of this business day.
                 * @example 2026-11-20
                 */
                day?: string;
                /**
                 * @description The balance of the entries of earlier days, and of those of its day that occurred up to this instant.
                 * @example 2026-11-20T12:00:00-03:00
                 */
                at?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "currency": "BRL",
                     *       "balance": 1000,
                     *       "exact": true,
                     *       "closedThrough": null,
                     *       "openDays": [
                     *         "2026-11-20"
                     *       ],
                     *       "asOf": "2026-11-20T15:00:00.500Z",
                     *       "appliedThrough": "2026-11-20T15:00:00.100Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Balance"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait.
             *
             *     `not-exact-in-json`: A sum over several books is beyond ±(2^53 − 1), so JSON readers may round it; `days` names the days.
             */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readPeriod: {
        parameters: {
            query: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The largest number of items on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The `nextCursor` of the previous page of the same list and filter.
                 * @example SVdsR3RHZzEx
                 */
                cursor?: string;
                /**
                 * @description The first business day.
                 * @example 2026-11-19
                 */
                from: string;
                /**
                 * @description The last business day. The period has at most 400 days, the first and the last included.
                 * @example 2026-11-20
                 */
                to: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "businessDay": "2026-11-19",
                     *           "status": "open",
                     *           "version": 0,
                     *           "segment": 0,
                     *           "opening": 0,
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0,
                     *           "net": 0,
                     *           "closing": 0,
                     *           "exact": true
                     *         },
                     *         {
                     *           "businessDay": "2026-11-20",
                     *           "status": "open",
                     *           "version": 0,
                     *           "segment": 2,
                     *           "opening": 0,
                     *           "credits": 1250,
                     *           "debits": 250,
                     *           "entryCount": 2,
                     *           "net": 1000,
                     *           "closing": 1000,
                     *           "exact": true
                     *         }
                     *       ],
                     *       "totals": {
                     *         "opening": 0,
                     *         "credits": 1250,
                     *         "debits": 250,
                     *         "entryCount": 2,
                     *         "net": 1000,
                     *         "closing": 1000,
                     *         "exact": true
                     *       },
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Days"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait.
             *
             *     `not-exact-in-json`: A sum over several books is beyond ±(2^53 − 1), so JSON readers may round it; `days` names the days.
             */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readDay: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description A closed day as it was issued: 1 when it was closed, and one more with each restatement that changed it. Such an answer never changes. Without it, the day is answered as it is now.
                 * @example 1
                 */
                version?: number;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
                /**
                 * @description The business day.
                 * @example 2026-11-20
                 */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "businessDay": "2026-11-20",
                     *       "currency": "BRL",
                     *       "timeZone": "America/Sao_Paulo",
                     *       "zoneData": "2026f",
                     *       "status": "open",
                     *       "version": 0,
                     *       "segment": 2,
                     *       "opening": 0,
                     *       "credits": 1250,
                     *       "debits": 250,
                     *       "entryCount": 2,
                     *       "net": 1000,
                     *       "closing": 1000,
                     *       "byMethod": {
                     *         "cash": {
                     *           "credits": 0,
                     *           "debits": 250,
                     *           "entryCount": 1
                     *         },
                     *         "pix": {
                     *           "credits": 1250,
                     *           "debits": 0,
                     *           "entryCount": 1
                     *         }
                     *       },
                     *       "windows": [
                     *         {
                     *           "start": "2026-11-20T03:00:00.000Z",
                     *           "end": "2026-11-20T04:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T04:00:00.000Z",
                     *           "end": "2026-11-20T05:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T05:00:00.000Z",
                     *           "end": "2026-11-20T06:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T06:00:00.000Z",
                     *           "end": "2026-11-20T07:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T07:00:00.000Z",
                     *           "end": "2026-11-20T08:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T08:00:00.000Z",
                     *           "end": "2026-11-20T09:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T09:00:00.000Z",
                     *           "end": "2026-11-20T10:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T10:00:00.000Z",
                     *           "end": "2026-11-20T11:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T11:00:00.000Z",
                     *           "end": "2026-11-20T12:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T12:00:00.000Z",
                     *           "end": "2026-11-20T13:00:00.000Z",
                     *           "credits": 1250,
                     *           "debits": 0,
                     *           "entryCount": 1
                     *         },
                     *         {
                     *           "start": "2026-11-20T13:00:00.000Z",
                     *           "end": "2026-11-20T14:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T14:00:00.000Z",
                     *           "end": "2026-11-20T15:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 250,
                     *           "entryCount": 1
                     *         },
                     *         {
                     *           "start": "2026-11-20T15:00:00.000Z",
                     *           "end": "2026-11-20T16:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T16:00:00.000Z",
                     *           "end": "2026-11-20T17:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T17:00:00.000Z",
                     *           "end": "2026-11-20T18:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T18:00:00.000Z",
                     *           "end": "2026-11-20T19:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T19:00:00.000Z",
                     *           "end": "2026-11-20T20:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T20:00:00.000Z",
                     *           "end": "2026-11-20T21:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T21:00:00.000Z",
                     *           "end": "2026-11-20T22:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T22:00:00.000Z",
                     *           "end": "2026-11-20T23:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T23:00:00.000Z",
                     *           "end": "2026-11-21T00:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T00:00:00.000Z",
                     *           "end": "2026-11-21T01:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T01:00:00.000Z",
                     *           "end": "2026-11-21T02:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T02:00:00.000Z",
                     *           "end": "2026-11-21T03:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         }
                     *       ],
                     *       "lateEntries": 0,
                     *       "hash": "8ad4130f1c49ecac9f763e22251c4ed48ab98353ad23a328acdf05b5ebdaef53",
                     *       "digest": null,
                     *       "exact": true,
                     *       "startsAt": "2026-11-20T03:00:00.000Z",
                     *       "endsAt": "2026-11-21T03:00:00.000Z",
                     *       "asOf": "2026-11-20T15:00:00.500Z",
                     *       "appliedThrough": "2026-11-20T15:00:00.100Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Day"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait.
             *
             *     `not-exact-in-json`: A sum over several books is beyond ±(2^53 − 1), so JSON readers may round it; `days` names the days.
             */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readWindows: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The size of a window.
                 * @example 15m
                 */
                size?: "5m" | "15m" | "1h";
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
                /**
                 * @description The business day.
                 * @example 2026-11-20
                 */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "merchantId": "corner-shop",
                     *       "businessDay": "2026-11-20",
                     *       "size": "1h",
                     *       "windows": [
                     *         {
                     *           "start": "2026-11-20T03:00:00.000Z",
                     *           "end": "2026-11-20T04:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T04:00:00.000Z",
                     *           "end": "2026-11-20T05:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T05:00:00.000Z",
                     *           "end": "2026-11-20T06:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T06:00:00.000Z",
                     *           "end": "2026-11-20T07:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T07:00:00.000Z",
                     *           "end": "2026-11-20T08:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T08:00:00.000Z",
                     *           "end": "2026-11-20T09:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T09:00:00.000Z",
                     *           "end": "2026-11-20T10:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T10:00:00.000Z",
                     *           "end": "2026-11-20T11:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T11:00:00.000Z",
                     *           "end": "2026-11-20T12:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T12:00:00.000Z",
                     *           "end": "2026-11-20T13:00:00.000Z",
                     *           "credits": 1250,
                     *           "debits": 0,
                     *           "entryCount": 1
                     *         },
                     *         {
                     *           "start": "2026-11-20T13:00:00.000Z",
                     *           "end": "2026-11-20T14:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T14:00:00.000Z",
                     *           "end": "2026-11-20T15:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 250,
                     *           "entryCount": 1
                     *         },
                     *         {
                     *           "start": "2026-11-20T15:00:00.000Z",
                     *           "end": "2026-11-20T16:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T16:00:00.000Z",
                     *           "end": "2026-11-20T17:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T17:00:00.000Z",
                     *           "end": "2026-11-20T18:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T18:00:00.000Z",
                     *           "end": "2026-11-20T19:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T19:00:00.000Z",
                     *           "end": "2026-11-20T20:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T20:00:00.000Z",
                     *           "end": "2026-11-20T21:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T21:00:00.000Z",
                     *           "end": "2026-11-20T22:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T22:00:00.000Z",
                     *           "end": "2026-11-20T23:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-20T23:00:00.000Z",
                     *           "end": "2026-11-21T00:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T00:00:00.000Z",
                     *           "end": "2026-11-21T01:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T01:00:00.000Z",
                     *           "end": "2026-11-21T02:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         },
                     *         {
                     *           "start": "2026-11-21T02:00:00.000Z",
                     *           "end": "2026-11-21T03:00:00.000Z",
                     *           "credits": 0,
                     *           "debits": 0,
                     *           "entryCount": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Windows"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followDays: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The same as the header `last-event-id`, for clients that cannot set it. When both are given, the header counts.
                 * @example 2026-11-20.2.bOMYFvyYC2oNdfuI
                 */
                lastEventId?: string;
            };
            header?: {
                /**
                 * @description The `id` of the last event that you have seen. Browsers send it by themselves. An `id` that we never sent counts as no `id`.
                 * @example 2026-11-20.2.bOMYFvyYC2oNdfuI
                 */
                "last-event-id"?: string;
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, until you close the connection or your access ends. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "cache-control": components["headers"]["cache-control"];
                    "preference-applied": components["headers"]["preference-applied"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example retry: 2000
                     *
                     *     event: day
                     *     id: 2026-11-20.2.bOMYFvyYC2oNdfuI
                     *     data: {"merchantId":"corner-shop","businessDay":"2026-11-20","currency":"BRL","timeZone":"America/Sao_Paulo","zoneData":"2026f","status":"open","version":0,"segment":2,"opening":0,"credits":1250,"debits":250,"entryCount":2,"net":1000,"closing":1000,"byMethod":{"cash":{"credits":0,"debits":250,"entryCount":1},"pix":{"credits":1250,"debits":0,"entryCount":1}},"windows":[{"start":"2026-11-20T03:00:00.000Z","end":"2026-11-20T04:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T04:00:00.000Z","end":"2026-11-20T05:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T05:00:00.000Z","end":"2026-11-20T06:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T06:00:00.000Z","end":"2026-11-20T07:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T07:00:00.000Z","end":"2026-11-20T08:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T08:00:00.000Z","end":"2026-11-20T09:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T09:00:00.000Z","end":"2026-11-20T10:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T10:00:00.000Z","end":"2026-11-20T11:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T11:00:00.000Z","end":"2026-11-20T12:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T12:00:00.000Z","end":"2026-11-20T13:00:00.000Z","credits":1250,"debits":0,"entryCount":1},{"start":"2026-11-20T13:00:00.000Z","end":"2026-11-20T14:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T14:00:00.000Z","end":"2026-11-20T15:00:00.000Z","credits":0,"debits":250,"entryCount":1},{"start":"2026-11-20T15:00:00.000Z","end":"2026-11-20T16:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T16:00:00.000Z","end":"2026-11-20T17:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T17:00:00.000Z","end":"2026-11-20T18:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T18:00:00.000Z","end":"2026-11-20T19:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T19:00:00.000Z","end":"2026-11-20T20:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T20:00:00.000Z","end":"2026-11-20T21:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T21:00:00.000Z","end":"2026-11-20T22:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T22:00:00.000Z","end":"2026-11-20T23:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-20T23:00:00.000Z","end":"2026-11-21T00:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-21T00:00:00.000Z","end":"2026-11-21T01:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-21T01:00:00.000Z","end":"2026-11-21T02:00:00.000Z","credits":0,"debits":0,"entryCount":0},{"start":"2026-11-21T02:00:00.000Z","end":"2026-11-21T03:00:00.000Z","credits":0,"debits":0,"entryCount":0}],"lateEntries":0,"hash":"8ad4130f1c49ecac9f763e22251c4ed48ab98353ad23a328acdf05b5ebdaef53","digest":null,"exact":true,"startsAt":"2026-11-20T03:00:00.000Z","endsAt":"2026-11-21T03:00:00.000Z","asOf":"2026-11-20T15:00:00.500Z","appliedThrough":"2026-11-20T15:00:00.100Z"}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEntries: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The largest number of items on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The `nextCursor` of the previous page of the same list and filter.
                 * @example SVdsR3RHZzEx
                 */
                cursor?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
                /**
                 * @description The business day.
                 * @example 2026-11-20
                 */
                day: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "merchantId": "corner-shop",
                     *           "businessDay": "2026-11-20",
                     *           "entryId": "sale-0001",
                     *           "direction": "credit",
                     *           "currency": "BRL",
                     *           "method": "pix",
                     *           "amount": 1250,
                     *           "occurredAt": "2026-11-20T12:30:00.000Z",
                     *           "receivedAt": "2026-11-20T15:00:00.000Z",
                     *           "segment": 1
                     *         },
                     *         {
                     *           "merchantId": "corner-shop",
                     *           "businessDay": "2026-11-20",
                     *           "entryId": "refund-0001",
                     *           "direction": "debit",
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
                     *           "amount": 250,
                     *           "occurredAt": "2026-11-20T14:05:00.000Z",
                     *           "receivedAt": "2026-11-20T15:00:00.000Z",
                     *           "segment": 2
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["Entries"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readEntry: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The id of the merchant.
                 * @example corner-shop
                 */
                merchant: string;
                /**
                 * @description The business day.
                 * @example 2026-11-20
                 */
                day: string;
                /**
                 * @description The id of the entry.
                 * @example sale-0001
                 */
                entry: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "applied",
                     *       "entry": {
                     *         "merchantId": "corner-shop",
                     *         "businessDay": "2026-11-20",
                     *         "entryId": "sale-0001",
                     *         "direction": "credit",
                     *         "currency": "BRL",
                     *         "method": "pix",
                     *         "amount": 1250,
                     *         "occurredAt": "2026-11-20T12:30:00.000Z",
                     *         "receivedAt": "2026-11-20T15:00:00.000Z"
                     *       },
                     *       "segment": 1,
                     *       "hash": "b09f14c689074d73e552cc7dad3e5e008befad5a93d0dce234f353b46523f92d",
                     *       "conflicts": [
                     *         {
                     *           "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
                     *           "setAsideAt": "2026-11-20T15:00:00.200Z",
                     *           "status": "waiting"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FoundEntry"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listQuarantine: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
                /**
                 * @description The largest number of items on the page.
                 * @example 50
                 */
                limit?: number;
                /**
                 * @description The `nextCursor` of the previous page of the same list and filter.
                 * @example SVdsR3RHZzEx
                 */
                cursor?: string;
                /**
                 * @description Only items of this merchant.
                 * @example corner-shop
                 */
                merchant?: string;
                /**
                 * @description Only items that were set aside for this reason.
                 * @example content-conflict
                 */
                reason?: "content-conflict" | "wrong-currency" | "total-out-of-bounds" | "unknown-merchant" | "day-closed" | "invalid-entry" | "undecodable-record" | "unexpected-error";
                /**
                 * @description Only items with this status.
                 * @example waiting
                 */
                status?: "waiting" | "replayed" | "discarded";
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "quarantineId": "WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ",
                     *           "merchantId": "corner-shop",
                     *           "entryId": "sale-0001",
                     *           "businessDay": "2026-11-20",
                     *           "reason": "content-conflict",
                     *           "detail": "The book already holds this entryId with other content.",
                     *           "status": "waiting",
                     *           "setAsideAt": "2026-11-20T15:00:00.200Z",
                     *           "position": "2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzQy.0",
                     *           "entry": {
                     *             "entryId": "sale-0001",
                     *             "merchantId": "corner-shop",
                     *             "direction": "credit",
                     *             "currency": "BRL",
                     *             "businessDay": "2026-11-20",
                     *             "method": "pix",
                     *             "amount": 1300,
                     *             "occurredAt": "2026-11-20T12:30:00.000Z",
                     *             "receivedAt": "2026-11-20T15:00:00.000Z"
                     *           },
                     *           "raw": "eyJlbnRyeSI6eyJhbW91bnQiOjEzMDAsImN1cnJlbmN5IjoiQlJMIiwiZGlyZWN0aW9uIjoiY3JlZGl0IiwiZW50cnlJZCI6InNhbGUtMDAwMSIsIm1lcmNoYW50SWQiOiJjb3JuZXItc2hvcCIsIm1ldGhvZCI6InBpeCIsIm9jY3VycmVkQXQiOjE3OTUxNzc4MDAwMDB9LCJidXNpbmVzc0RheSI6IjIwMjYtMTEtMjAiLCJyZWNlaXZlZEF0IjoxNzk1MTg2ODAwMDAwfQ==",
                     *           "actions": []
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["QuarantinedItems"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readQuarantined: {
        parameters: {
            query?: {
                /**
                 * @description The `position` of an accepted entry, or of a range of an upload. The query answers when these entries, and all entries before them on their shards, are counted. It waits up to 5 s, or as long as `Prefer: wait=` says, and then answers 409 `not-applied-yet`.
                 * @example 2c2hhcmRJZC0wMDAwMDAwMDAwMDAgNDk2NzM5.0
                 */
                after?: string;
            };
            header?: {
                /**
                 * @description ETags that you know. When one of them still holds, the answer is 304 without a body.
                 * @example W/"2.bOMYFvyYC2oNdfuI"
                 */
                "if-none-match"?: components["parameters"]["if-none-match"];
                /**
                 * @description `wait=N`: the number of seconds that a query with `after` may wait, at most 20 (RFC 7240).
                 * @example wait=10
                 */
                prefer?: components["parameters"]["prefer"];
            };
            path: {
                /**
                 * @description The `quarantineId` of the list.
                 * @example WyJjb3JuZXItc2hvcCIsIjIwMjYtMTEtMjAjc2FsZS0wMDAxI2E1ZjA3N2NlYmFhMDBkZWMwMTE4MzU4YzI2ZDBmZTk3MzVhYWI2ZWE5ODdmZmE4ZDA2M2Q0ZTY2ZDc5MzM5YTAiXQ
                 */
                quarantineId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer as the books are now. */
            200: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quarantined"];
                };
            };
            /** @description The answer has not changed since you got the ETag that you sent. */
            304: {
                headers: {
                    etag: components["headers"]["etag"];
                    "cache-control": components["headers"]["cache-control"];
                    "daybook-as-of": components["headers"]["daybook-as-of"];
                    "daybook-applied-through": components["headers"]["daybook-applied-through"];
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `unauthenticated`: There is no token, or it is not one of the issuer, not meant for Daybook, or expired; `WWW-Authenticate` and `detail` say which. */
            401: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `not-applied-yet`: The entry of `after=` was not counted within the longest wait. */
            409: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `invalid`: `errors` names every field that is wrong. */
            422: {
                headers: {
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
                    "preference-applied": components["headers"]["preference-applied"];
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
