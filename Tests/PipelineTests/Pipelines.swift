import Testing

/// Whole pipelines: the real program, compiler, analyser and chain, on copies of the examples.
///
/// One after another: each of them already uses all cores, and two at once would only wait for each other.
@Suite(.serialized, .timeLimit(.minutes(5))) struct Pipelines {}
