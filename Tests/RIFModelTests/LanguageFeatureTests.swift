import Testing

/// A misspelt feature name in Package.swift is ignored without a warning; this is what notices.
@Suite struct LanguageFeatureTests {
    @Test func existentialAny() {
        #if !hasFeature(ExistentialAny)
        Issue.record("ExistentialAny is off")
        #endif
    }

    @Test func memberImportVisibility() {
        #if !hasFeature(MemberImportVisibility)
        Issue.record("MemberImportVisibility is off")
        #endif
    }

    @Test func internalImportsByDefault() {
        #if !hasFeature(InternalImportsByDefault)
        Issue.record("InternalImportsByDefault is off")
        #endif
    }

    @Test func nonisolatedNonsendingByDefault() {
        #if !hasFeature(NonisolatedNonsendingByDefault)
        Issue.record("NonisolatedNonsendingByDefault is off")
        #endif
    }

    @Test func inferIsolatedConformances() {
        #if !hasFeature(InferIsolatedConformances)
        Issue.record("InferIsolatedConformances is off")
        #endif
    }

    /// `#if hasFeature` is false for a name that does not exist, so the tests above mean something.
    @Test func unknownFeatureIsOff() {
        #if hasFeature(NonIsolatedNonSendingByDefault)
        Issue.record("the misspelt name is known")
        #endif
    }
}
